//! Decisions, what became of them, and the cash that moved.

use uuid::Uuid;

use crate::{
    Decimal, Hash, Horizon, Json, OrderSide, OrderStatus, OrderType, RunMode, SignalAction, Text, Timestamp,
    record::record,
};

record!(
    /// A decision about an asset.
    TradeSignal in "trade_signal" [shadow] {
        signal_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, asset_id: i16, hour_ts_utc: Timestamp,
        horizon: Horizon, action: SignalAction, direction: Text, confidence: Decimal, expected_return: Decimal,
        assumed_fee_rate: Decimal, assumed_slippage_rate: Decimal, net_edge: Decimal,
        target_position_notional: Decimal, position_size_fraction: Decimal, risk_state_hour_ts_utc: Timestamp,
        decision_hash: Hash;
        risk_state_run_id: Uuid, cluster_membership_id: i64, upstream_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// What the venue was asked for.
    OrderRequest in "order_request" [shadow] {
        order_id: Uuid, signal_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, asset_id: i16,
        client_order_id: Text, request_ts_utc: Timestamp, hour_ts_utc: Timestamp, side: OrderSide,
        order_type: OrderType, tif: Text, limit_price: Option<Decimal>, requested_qty: Decimal,
        requested_notional: Decimal, pre_order_cash_available: Decimal, risk_check_passed: bool, status: OrderStatus,
        cost_profile_id: i16;
        origin_hour_ts_utc: Timestamp, risk_state_run_id: Uuid, cluster_membership_id: i64, parent_signal_hash: Hash,
        row_hash: Hash,
    }
);
record!(
    /// A part of an order that was carried out.
    OrderFill in "order_fill" [shadow] {
        fill_id: Uuid, order_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, asset_id: i16,
        exchange_trade_id: Text, fill_ts_utc: Timestamp, hour_ts_utc: Timestamp, fill_price: Decimal,
        fill_qty: Decimal, fill_notional: Decimal, fee_paid: Decimal, fee_rate: Decimal,
        realized_slippage_rate: Decimal, liquidity_flag: Text;
        origin_hour_ts_utc: Timestamp, slippage_cost: Decimal, parent_order_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// What a buying fill opened. `remaining_qty` is as it was then: the lot is written once, and trades say what is left.
    PositionLot in "position_lot" [shadow] {
        lot_id: Uuid, open_fill_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, asset_id: i16,
        hour_ts_utc: Timestamp, open_ts_utc: Timestamp, open_price: Decimal, open_qty: Decimal,
        open_notional: Decimal, open_fee: Decimal, remaining_qty: Decimal;
        origin_hour_ts_utc: Timestamp, parent_fill_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// A part of a lot that a selling fill closed.
    ExecutedTrade in "executed_trade" [shadow] {
        trade_id: Uuid, lot_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, asset_id: i16,
        hour_ts_utc: Timestamp, entry_ts_utc: Timestamp, exit_ts_utc: Timestamp, entry_price: Decimal,
        exit_price: Decimal, quantity: Decimal, gross_pnl: Decimal, net_pnl: Decimal, total_fee: Decimal,
        total_slippage_cost: Decimal, holding_hours: i32;
        origin_hour_ts_utc: Timestamp, parent_lot_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// A movement of cash.
    CashLedger in "cash_ledger" [shadow, identity] {
        ledger_id: i64, run_id: Uuid, run_mode: RunMode, account_id: i16, event_ts_utc: Timestamp,
        hour_ts_utc: Timestamp, event_type: Text, ref_type: Text, ref_id: Uuid, delta_cash: Decimal,
        balance_after: Decimal;
        origin_hour_ts_utc: Timestamp, ledger_seq: i64, balance_before: Decimal, prev_ledger_hash: Option<Hash>,
        economic_event_hash: Hash, ledger_hash: Hash, row_hash: Hash,
    }
);
record!(
    /// What the risk rules met.
    RiskEvent in "risk_event" [shadow] {
        risk_event_id: Uuid, run_id: Uuid, run_mode: RunMode, account_id: i16, event_ts_utc: Timestamp,
        hour_ts_utc: Timestamp, event_type: Text, severity: Text, reason_code: Text, details: Json,
        related_state_hour_ts_utc: Timestamp;
        origin_hour_ts_utc: Timestamp, parent_state_hash: Hash, row_hash: Hash,
    }
);
