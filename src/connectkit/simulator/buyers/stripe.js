// Stands in for Stripe.js on a page that pays at the simulator. It knows what such a page needs: the payment element,
// confirmPayment, confirmSetup, retrievePaymentIntent and retrieveSetupIntent; and for a shop whose server confirms,
// createConfirmationToken and handleNextAction.
(() => {
  const site = "__SITE__";
  const fields = [
    ["number", "Card number", "cc-number"],
    ["expiry", "Expiry (MM / YY)", "cc-exp"],
    ["cvc", "Security code (CVC)", "cc-csc"],
  ];

  class PaymentElement {
    constructor() {
      this.inputs = {};
    }

    mount(place) {
      const element = typeof place === "string" ? document.querySelector(place) : place;
      for (const [name, words, autocomplete] of fields) {
        const label = document.createElement("label");
        const input = document.createElement("input");
        Object.assign(input, { autocomplete, inputMode: "numeric", required: true });
        label.append(`${words} `, input);
        element.append(label);
        this.inputs[name] = input;
      }
    }

    get said() {
      return Object.fromEntries(Object.entries(this.inputs).map(([name, input]) => [name, input.value]));
    }
  }

  window.Stripe = (key, { stripeAccount = "" } = {}) => {
    const ask = async (what, said) => {
      const body = new URLSearchParams({ key, account: stripeAccount, ...said });
      return (await fetch(`${site}/v3/${what}`, { method: "POST", body })).json();
    };
    const retrieve = (kind) => async (secret) => {
      const { intent, error } = await ask("retrieve", { client_secret: secret });
      return error ? { error } : { [kind]: intent };
    };
    const confirm = (kind) => async ({ elements, clientSecret, confirmParams = {}, redirect = "always" }) => {
      const said = { client_secret: clientSecret ?? elements.clientSecret, ...elements.element.said };
      const answer = await ask("confirm", { ...said, return_url: confirmParams.return_url ?? "" });
      if (answer.error) return { error: answer.error };
      if (!answer.next && redirect === "if_required") return { [kind]: answer.intent };
      location.assign(answer.next ?? answer.back);
      return new Promise(() => {}); // the page is left
    };
    return {
      elements: ({ clientSecret } = {}) => {
        const element = new PaymentElement();
        return { clientSecret, element, create: () => element, submit: async () => ({}) };
      },
      createConfirmationToken: async ({ elements, params = {} }) => {
        const said = { ...elements.element.said, return_url: params.return_url ?? "" };
        const { token, error } = await ask("confirmation_token", said);
        return error ? { error } : { confirmationToken: token };
      },
      handleNextAction: async ({ clientSecret }) => {
        const { intent, next, error } = await ask("retrieve", { client_secret: clientSecret });
        if (error) return { error };
        if (!next) return { [intent.object === "setup_intent" ? "setupIntent" : "paymentIntent"]: intent };
        location.assign(next);
        return new Promise(() => {}); // the page is left
      },
      confirmPayment: confirm("paymentIntent"),
      confirmSetup: confirm("setupIntent"),
      retrievePaymentIntent: retrieve("paymentIntent"),
      retrieveSetupIntent: retrieve("setupIntent"),
    };
  };
})();
