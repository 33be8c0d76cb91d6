"""The money-safe way to run a platform on Stripe Connect.

Importing this package is cheap: a name is loaded, with what it needs, when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

__version__ = "0.1.0"

if TYPE_CHECKING:
    from connectkit.calls.limits import RateGate as RateGate
    from connectkit.calls.limits import Rates as Rates
    from connectkit.calls.previews import AsyncPlan as AsyncPlan
    from connectkit.calls.previews import Plan as Plan
    from connectkit.calls.retries import Retries as Retries
    from connectkit.connect import AsyncConnect as AsyncConnect
    from connectkit.connect import Connect as Connect
    from connectkit.divisions import Division as Division
    from connectkit.divisions import LeftOut as LeftOut
    from connectkit.errors import AccountNotReady as AccountNotReady
    from connectkit.errors import AnswerPurged as AnswerPurged
    from connectkit.errors import AuthenticationFailed as AuthenticationFailed
    from connectkit.errors import Braked as Braked
    from connectkit.errors import ClockSkewed as ClockSkewed
    from connectkit.errors import ConnectKitError as ConnectKitError
    from connectkit.errors import Happened as Happened
    from connectkit.errors import InsufficientBalance as InsufficientBalance
    from connectkit.errors import InvalidRequest as InvalidRequest
    from connectkit.errors import NotFound as NotFound
    from connectkit.errors import OperationConflict as OperationConflict
    from connectkit.errors import OperationError as OperationError
    from connectkit.errors import OperationInProgress as OperationInProgress
    from connectkit.errors import OutcomeUnknown as OutcomeUnknown
    from connectkit.errors import PaymentDeclined as PaymentDeclined
    from connectkit.errors import PermissionDenied as PermissionDenied
    from connectkit.errors import Refused as Refused
    from connectkit.errors import ReviewNeeded as ReviewNeeded
    from connectkit.errors import StoreRestored as StoreRestored
    from connectkit.errors import StoreUnavailable as StoreUnavailable
    from connectkit.errors import Throttled as Throttled
    from connectkit.errors import Unreachable as Unreachable
    from connectkit.fulfilling import PaidOrder as PaidOrder
    from connectkit.fulfilling import PaidPayment as PaidPayment
    from connectkit.later.pending import AsyncPending as AsyncPending
    from connectkit.later.pending import Pending as Pending
    from connectkit.models.accounts import Account as Account
    from connectkit.models.accounts import Capabilities as Capabilities
    from connectkit.models.accounts import Responsibilities as Responsibilities
    from connectkit.models.accounts import Restriction as Restriction
    from connectkit.models.balances import Balance as Balance
    from connectkit.models.balances import BalanceClaim as BalanceClaim
    from connectkit.models.balances import BalanceOutlook as BalanceOutlook
    from connectkit.models.balances import BalanceTransaction as BalanceTransaction
    from connectkit.models.balances import ClaimKind as ClaimKind
    from connectkit.models.balances import NegativeBalance as NegativeBalance
    from connectkit.models.balances import TopUpNeed as TopUpNeed
    from connectkit.models.base import Metadata as Metadata
    from connectkit.models.base import Receipt as Receipt
    from connectkit.models.browser import BrowserClient as BrowserClient
    from connectkit.models.browser import BuyerAction as BuyerAction
    from connectkit.models.capabilities import Capability as Capability
    from connectkit.models.checkout import CheckoutLine as CheckoutLine
    from connectkit.models.checkout import CheckoutSession as CheckoutSession
    from connectkit.models.checkout import Fulfilment as Fulfilment
    from connectkit.models.checkout import FulfilmentState as FulfilmentState
    from connectkit.models.checkout import LineItem as LineItem
    from connectkit.models.debts import Debit as Debit
    from connectkit.models.debts import Owed as Owed
    from connectkit.models.details import AccountDetails as AccountDetails
    from connectkit.models.details import Address as Address
    from connectkit.models.details import BankDetails as BankDetails
    from connectkit.models.details import BusinessProfile as BusinessProfile
    from connectkit.models.details import CardDetails as CardDetails
    from connectkit.models.details import Company as Company
    from connectkit.models.details import Document as Document
    from connectkit.models.details import Individual as Individual
    from connectkit.models.details import PersonDetails as PersonDetails
    from connectkit.models.details import Relationship as Relationship
    from connectkit.models.details import TermsAcceptance as TermsAcceptance
    from connectkit.models.disputes import Dispute as Dispute
    from connectkit.models.disputes import EarlyFraudWarning as EarlyFraudWarning
    from connectkit.models.endpoints import EndpointCheck as EndpointCheck
    from connectkit.models.endpoints import EventDestination as EventDestination
    from connectkit.models.endpoints import WebhookEndpoint as WebhookEndpoint
    from connectkit.models.entrances import AccountLink as AccountLink
    from connectkit.models.entrances import AccountSession as AccountSession
    from connectkit.models.entrances import Authorization as Authorization
    from connectkit.models.entrances import Connection as Connection
    from connectkit.models.entrances import LoginLink as LoginLink
    from connectkit.models.entrances import Redirect as Redirect
    from connectkit.models.external_accounts import ExternalAccount as ExternalAccount
    from connectkit.models.fees import FeeRefund as FeeRefund
    from connectkit.models.files import File as File
    from connectkit.models.funded import FundedSettlement as FundedSettlement
    from connectkit.models.intentions import PayoutAttempt as PayoutAttempt
    from connectkit.models.intentions import PayoutEligibility as PayoutEligibility
    from connectkit.models.intentions import PayoutIntention as PayoutIntention
    from connectkit.models.intentions import PayoutRemedy as PayoutRemedy
    from connectkit.models.intentions import PayoutState as PayoutState
    from connectkit.models.observations import AccountChange as AccountChange
    from connectkit.models.observations import Observation as Observation
    from connectkit.models.operations import OperationEnd as OperationEnd
    from connectkit.models.operations import Standing as Standing
    from connectkit.models.payments import Payment as Payment
    from connectkit.models.payouts import Payout as Payout
    from connectkit.models.persons import Person as Person
    from connectkit.models.plans import Effect as Effect
    from connectkit.models.plans import PlannedCall as PlannedCall
    from connectkit.models.plans import PlannedFee as PlannedFee
    from connectkit.models.plans import Risk as Risk
    from connectkit.models.plans import RiskKind as RiskKind
    from connectkit.models.platforms import CountrySpec as CountrySpec
    from connectkit.models.platforms import Finding as Finding
    from connectkit.models.platforms import PlatformCheck as PlatformCheck
    from connectkit.models.proceeds import Proceeds as Proceeds
    from connectkit.models.reconciliation import Discrepancy as Discrepancy
    from connectkit.models.reconciliation import DiscrepancyKind as DiscrepancyKind
    from connectkit.models.reconciliation import Line as Line
    from connectkit.models.reconciliation import OrderReport as OrderReport
    from connectkit.models.reconciliation import Origin as Origin
    from connectkit.models.reconciliation import PayoutReport as PayoutReport
    from connectkit.models.reconciliation import PeriodReport as PeriodReport
    from connectkit.models.reconciliation import Statement as Statement
    from connectkit.models.reconciliation import Total as Total
    from connectkit.models.recoveries import Recovery as Recovery
    from connectkit.models.recoveries import Repayment as Repayment
    from connectkit.models.refunds import Refund as Refund
    from connectkit.models.refunds import RefundState as RefundState
    from connectkit.models.refunds import Uncovered as Uncovered
    from connectkit.models.remedies import Remedy as Remedy
    from connectkit.models.requirements import Actor as Actor
    from connectkit.models.requirements import Requirement as Requirement
    from connectkit.models.requirements import RequirementError as RequirementError
    from connectkit.models.requirements import Requirements as Requirements
    from connectkit.models.run_rows import BadRow as BadRow
    from connectkit.models.run_rows import BlockedRow as BlockedRow
    from connectkit.models.run_rows import PlannedRow as PlannedRow
    from connectkit.models.run_rows import RowOutcome as RowOutcome
    from connectkit.models.runs import RunPlan as RunPlan
    from connectkit.models.runs import RunProgress as RunProgress
    from connectkit.models.runs import RunReport as RunReport
    from connectkit.models.settings import AccountSettings as AccountSettings
    from connectkit.models.settings import Branding as Branding
    from connectkit.models.settings import JapaneseDescriptors as JapaneseDescriptors
    from connectkit.models.settings import PayoutSettings as PayoutSettings
    from connectkit.models.setups import Customer as Customer
    from connectkit.models.setups import SavedMethod as SavedMethod
    from connectkit.models.setups import SetupIntent as SetupIntent
    from connectkit.models.setups import SharedCustomer as SharedCustomer
    from connectkit.models.standing import AccountState as AccountState
    from connectkit.models.standing import AccountStatus as AccountStatus
    from connectkit.models.standing import NextAction as NextAction
    from connectkit.models.topups import TopUp as TopUp
    from connectkit.models.transfers import Settlement as Settlement
    from connectkit.models.transfers import Transfer as Transfer
    from connectkit.models.transfers import TransferReversal as TransferReversal
    from connectkit.money import Currency as Currency
    from connectkit.money import Money as Money
    from connectkit.policies import Brakes as Brakes
    from connectkit.policies import Limit as Limit
    from connectkit.ports import Telemetry as Telemetry
    from connectkit.resources.charges.options import PaymentOptions as PaymentOptions
    from connectkit.resources.checkout.options import CheckoutOptions as CheckoutOptions
    from connectkit.resources.checkout.options import PageOptions as PageOptions
    from connectkit.resources.evidence import Evidence as Evidence
    from connectkit.resources.onboarding.presets import AccountRuleWarning as AccountRuleWarning
    from connectkit.sellers.fields import in_v1 as in_v1
    from connectkit.sellers.fields import in_v2 as in_v2
    from connectkit.sellers.forms import FormReport as FormReport
    from connectkit.sellers.gates import Permission as Permission
    from connectkit.sellers.gates import can as can
    from connectkit.sellers.recommending import Business as Business
    from connectkit.sellers.recommending import Recommendation as Recommendation
    from connectkit.sellers.recommending import recommended as recommended
    from connectkit.sellers.wording import RequirementLine as RequirementLine
    from connectkit.shortfalls import Shortfall as Shortfall
    from connectkit.splits import Split as Split
    from connectkit.splits import Tier as Tier
    from connectkit.storage.memory import MemoryStore as MemoryStore
    from connectkit.storage.postgres import AsyncPostgresStore as AsyncPostgresStore
    from connectkit.storage.postgres import PostgresStore as PostgresStore
    from connectkit.storage.records import Operation as Operation
    from connectkit.storage.records import State as State
    from connectkit.storage.redis import AsyncRedisStore as AsyncRedisStore
    from connectkit.storage.redis import RedisStore as RedisStore
    from connectkit.storage.sqlite import SQLiteStore as SQLiteStore
    from connectkit.transport import HttpxTransport as HttpxTransport
    from connectkit.webhooks.backfill import Replay as Replay
    from connectkit.webhooks.backfill import Silence as Silence
    from connectkit.webhooks.events import Event as Event
    from connectkit.webhooks.handlers import EventHandlers as EventHandlers
    from connectkit.webhooks.letters import DeadLetter as DeadLetter
    from connectkit.webhooks.replies import Outcome as Outcome
    from connectkit.webhooks.replies import Reason as Reason
    from connectkit.webhooks.replies import Reply as Reply
    from connectkit.webhooks.router import AsyncWebhookRouter as AsyncWebhookRouter
    from connectkit.webhooks.router import WebhookRouter as WebhookRouter
    from connectkit.webhooks.signatures import Secret as Secret
else:  # hidden from the checkers, so that a name which does not exist stays an error
    from importlib import import_module

    _HOMES = {
        "connectkit.calls.limits": ("RateGate", "Rates"),
        "connectkit.calls.retries": ("Retries",),
        "connectkit.calls.previews": ("AsyncPlan", "Plan"),
        "connectkit.connect": ("AsyncConnect", "Connect"),
        "connectkit.errors": (
            "AccountNotReady",
            "AnswerPurged",
            "AuthenticationFailed",
            "Braked",
            "ClockSkewed",
            "ConnectKitError",
            "Happened",
            "InsufficientBalance",
            "InvalidRequest",
            "NotFound",
            "OperationConflict",
            "OperationError",
            "OperationInProgress",
            "OutcomeUnknown",
            "PaymentDeclined",
            "PermissionDenied",
            "Refused",
            "ReviewNeeded",
            "StoreRestored",
            "StoreUnavailable",
            "Throttled",
            "Unreachable",
        ),
        "connectkit.later.pending": ("AsyncPending", "Pending"),
        "connectkit.models.accounts": (
            "Account",
            "Capabilities",
            "Responsibilities",
            "Restriction",
        ),
        "connectkit.models.balances": (
            "Balance",
            "BalanceClaim",
            "BalanceOutlook",
            "BalanceTransaction",
            "ClaimKind",
            "NegativeBalance",
            "TopUpNeed",
        ),
        "connectkit.models.base": ("Metadata", "Receipt"),
        "connectkit.models.details": (
            "AccountDetails",
            "Address",
            "BankDetails",
            "BusinessProfile",
            "CardDetails",
            "Company",
            "Document",
            "Individual",
            "PersonDetails",
            "Relationship",
            "TermsAcceptance",
        ),
        "connectkit.models.disputes": ("Dispute", "EarlyFraudWarning"),
        "connectkit.models.observations": ("AccountChange", "Observation"),
        "connectkit.models.remedies": ("Remedy",),
        "connectkit.sellers.fields": ("in_v1", "in_v2"),
        "connectkit.sellers.gates": ("Permission", "can"),
        "connectkit.sellers.wording": ("RequirementLine",),
        "connectkit.models.entrances": (
            "AccountLink",
            "AccountSession",
            "Authorization",
            "Connection",
            "LoginLink",
            "Redirect",
        ),
        "connectkit.models.external_accounts": ("ExternalAccount",),
        "connectkit.shortfalls": ("Shortfall",),
        "connectkit.models.proceeds": ("Proceeds",),
        "connectkit.models.setups": ("Customer", "SavedMethod", "SetupIntent", "SharedCustomer"),
        "connectkit.fulfilling": ("PaidOrder", "PaidPayment"),
        "connectkit.resources.checkout.options": ("CheckoutOptions", "PageOptions"),
        "connectkit.models.checkout": (
            "CheckoutLine",
            "CheckoutSession",
            "Fulfilment",
            "FulfilmentState",
            "LineItem",
        ),
        "connectkit.models.browser": ("BrowserClient", "BuyerAction"),
        "connectkit.models.capabilities": ("Capability",),
        "connectkit.resources.charges.options": ("PaymentOptions",),
        "connectkit.models.persons": ("Person",),
        "connectkit.models.files": ("File",),
        "connectkit.resources.onboarding.presets": ("AccountRuleWarning",),
        "connectkit.models.run_rows": ("BadRow", "BlockedRow", "PlannedRow", "RowOutcome"),
        "connectkit.models.runs": ("RunPlan", "RunProgress", "RunReport"),
        "connectkit.models.settings": ("AccountSettings", "Branding", "JapaneseDescriptors", "PayoutSettings"),
        "connectkit.models.platforms": ("CountrySpec", "Finding", "PlatformCheck"),
        "connectkit.sellers.recommending": ("Business", "Recommendation", "recommended"),
        "connectkit.sellers.forms": ("FormReport",),
        "connectkit.models.intentions": (
            "PayoutAttempt",
            "PayoutEligibility",
            "PayoutIntention",
            "PayoutRemedy",
            "PayoutState",
        ),
        "connectkit.models.endpoints": ("EndpointCheck", "EventDestination", "WebhookEndpoint"),
        "connectkit.models.operations": ("OperationEnd", "Standing"),
        "connectkit.models.fees": ("FeeRefund",),
        "connectkit.models.funded": ("FundedSettlement",),
        "connectkit.models.payments": ("Payment",),
        "connectkit.models.payouts": ("Payout",),
        "connectkit.models.reconciliation": (
            "Discrepancy",
            "DiscrepancyKind",
            "Line",
            "OrderReport",
            "Origin",
            "PayoutReport",
            "PeriodReport",
            "Statement",
            "Total",
        ),
        "connectkit.models.debts": ("Debit", "Owed"),
        "connectkit.models.plans": ("Effect", "PlannedCall", "PlannedFee", "Risk", "RiskKind"),
        "connectkit.models.recoveries": ("Recovery", "Repayment"),
        "connectkit.resources.evidence": ("Evidence",),
        "connectkit.models.refunds": ("Refund", "RefundState", "Uncovered"),
        "connectkit.models.requirements": ("Actor", "Requirement", "RequirementError", "Requirements"),
        "connectkit.models.standing": ("AccountState", "AccountStatus", "NextAction"),
        "connectkit.models.topups": ("TopUp",),
        "connectkit.models.transfers": ("Settlement", "Transfer", "TransferReversal"),
        "connectkit.money": ("Currency", "Money"),
        "connectkit.ports": ("Telemetry",),
        "connectkit.policies": ("Brakes", "Limit"),
        "connectkit.divisions": ("Division", "LeftOut"),
        "connectkit.splits": ("Split", "Tier"),
        "connectkit.storage.memory": ("MemoryStore",),
        "connectkit.storage.postgres": ("AsyncPostgresStore", "PostgresStore"),
        "connectkit.storage.records": ("Operation", "State"),
        "connectkit.storage.redis": ("AsyncRedisStore", "RedisStore"),
        "connectkit.storage.sqlite": ("SQLiteStore",),
        "connectkit.transport": ("HttpxTransport",),
        "connectkit.webhooks.backfill": ("Replay", "Silence"),
        "connectkit.webhooks.events": ("Event",),
        "connectkit.webhooks.handlers": ("EventHandlers",),
        "connectkit.webhooks.letters": ("DeadLetter",),
        "connectkit.webhooks.replies": ("Outcome", "Reason", "Reply"),
        "connectkit.webhooks.router": ("AsyncWebhookRouter", "WebhookRouter"),
        "connectkit.webhooks.signatures": ("Secret",),
    }
    _HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

    __all__ = list(_HOME_OF)

    def __getattr__(name: str) -> object:
        if name not in _HOME_OF:
            message = f"module {__name__!r} has no attribute {name!r}"
            raise AttributeError(message)
        value = getattr(import_module(_HOME_OF[name]), name)
        globals()[name] = value
        return value

    def __dir__() -> list[str]:
        return sorted({*globals(), *__all__})
