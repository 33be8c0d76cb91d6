// The guide's flows on the official SDK for Node alone: what it is given is the address of a server.

import assert from "node:assert/strict";

import Stripe from "stripe";

const base = new URL(process.argv[2]);
const stripe = new Stripe("sk_test_node", {
  host: base.hostname,
  port: base.port,
  protocol: base.protocol.replace(":", ""),
  maxNetworkRetries: 0,
});

async function steer(name, body) {
  const answer = await fetch(new URL(`/_simulator/${name}`, base), { method: "POST", body: JSON.stringify(body) });
  assert.equal(answer.status, 200);
}

async function seller(type) {
  const account = await stripe.accounts.create({
    type,
    country: "US",
    capabilities: { card_payments: { requested: true }, transfers: { requested: true } },
  });
  const link = await stripe.accountLinks.create({
    account: account.id,
    type: "account_onboarding",
    refresh_url: "https://example.com/again",
    return_url: "https://example.com/done",
  });
  assert.ok(link.url.startsWith(base.origin));
  await steer("onboard", { account: account.id });
  assert.equal((await stripe.accounts.retrieve(account.id)).charges_enabled, true);
  return account.id;
}

async function net(account) {
  const rows = await stripe.balanceTransactions.list({ limit: 100 }, account ? { stripeAccount: account } : {});
  return rows.data.reduce((sum, row) => sum + row.net, 0);
}

const card = { currency: "usd", confirm: true, payment_method: "pm_card_visa" };
const ana = await seller("standard");
const ben = await seller("express");
const cleo = await seller("express");

// A direct charge of 10.00 with a fee of 1.23, and its refund of 4.00 with the fee in proportion.
const direct = await stripe.paymentIntents.create(
  { ...card, amount: 1000, application_fee_amount: 123 },
  { stripeAccount: ana, idempotencyKey: "direct-1" },
);
assert.deepEqual([await net(ana), await net()], [818, 123]);
await stripe.refunds.create(
  { payment_intent: direct.id, amount: 400, refund_application_fee: true },
  { stripeAccount: ana },
);
assert.deepEqual([await net(ana), await net()], [467, 74]);

// A destination charge of 10.00 with a fee of 1.23, twice with one key, and its whole refund with both flags.
let before = await net();
const asked = { ...card, amount: 1000, application_fee_amount: 123, transfer_data: { destination: ben } };
const destination = await stripe.paymentIntents.create(asked, { idempotencyKey: "destination-1" });
const again = await stripe.paymentIntents.create(asked, { idempotencyKey: "destination-1" });
assert.equal(again.id, destination.id);
assert.deepEqual([await net(ben), (await net()) - before], [877, 64]);
await stripe.refunds.create({ payment_intent: destination.id, reverse_transfer: true, refund_application_fee: true });
assert.deepEqual([await net(ben), (await net()) - before], [0, -59]);

// A separate charge of 100.00, 70.00 and 20.00 of it transferred, refunded and both transfers reversed.
before = await net();
const separate = await stripe.paymentIntents.create({ ...card, amount: 10000 });
const transfers = [];
for (const [to, share] of [[ben, 7000], [cleo, 2000]]) {
  const told = { amount: share, currency: "usd", destination: to, source_transaction: separate.latest_charge };
  transfers.push(await stripe.transfers.create(told));
}
assert.deepEqual([await net(ben), await net(cleo), (await net()) - before], [7000, 2000, 680]);
await stripe.refunds.create({ payment_intent: separate.id });
for (const transfer of transfers) {
  await stripe.transfers.createReversal(transfer.id);
}
assert.deepEqual([await net(ben), await net(cleo), (await net()) - before], [0, 0, -320]);

// A buyer who comes back: her card is set up, kept, and charged without her.
const customer = await stripe.customers.create({ email: "buyer@example.com" });
const setup = await stripe.setupIntents.create({
  customer: customer.id,
  payment_method: "pm_card_mastercard",
  confirm: true,
  return_url: "https://example.com/back",
});
assert.equal(setup.status, "succeeded");
const kept = await stripe.customers.listPaymentMethods(customer.id);
assert.deepEqual(kept.data.map((method) => method.id), [setup.payment_method]);
const later = await stripe.paymentIntents.create({
  amount: 2000,
  currency: "usd",
  customer: customer.id,
  payment_method: setup.payment_method,
  off_session: true,
  confirm: true,
});
assert.equal(later.status, "succeeded");

// Checkout for a seller: the page is sent off as a browser sends it.
const session = await stripe.checkout.sessions.create({
  mode: "payment",
  success_url: "https://example.com/done?session={CHECKOUT_SESSION_ID}",
  line_items: [
    { quantity: 2, price_data: { currency: "usd", unit_amount: 1500, product_data: { name: "Chair" } } },
  ],
  payment_intent_data: { application_fee_amount: 300, transfer_data: { destination: cleo } },
});
const sent = await fetch(session.url, {
  method: "POST",
  redirect: "manual",
  body: new URLSearchParams({
    type: "card",
    email: "buyer@example.com",
    name: "Buyer",
    number: "4242424242424242",
    expiry: "12 / 34",
    cvc: "123",
  }),
});
assert.equal(sent.headers.get("location"), `https://example.com/done?session=${session.id}`);
const bought = await stripe.checkout.sessions.retrieve(session.id, { expand: ["line_items"] });
assert.deepEqual([bought.payment_status, bought.line_items.data[0].amount_total], ["paid", 3000]);
assert.equal(await net(cleo), 2700);

// A refusal says what Stripe says.
await assert.rejects(
  stripe.paymentIntents.create({ ...card, amount: 1000, payment_method: "pm_card_visa_chargeDeclined" }),
  (error) => error.type === "StripeCardError" && error.decline_code === "generic_decline",
);
await assert.rejects(
  stripe.transfers.create({ amount: 100_000_000, currency: "usd", destination: ben }),
  (error) => error.code === "balance_insufficient",
);

const ledger = await (await fetch(new URL("/_simulator/ledger", base))).json();
assert.equal(ledger.balanced, true);
