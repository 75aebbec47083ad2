//! Orders, and the rejected ones with what refused them.

use super::{
    Era, Sink, UNHASHED,
    book::{Book, Late},
    context::Hour,
    market::price,
    reference,
    shape::Kind,
    signals::Decided,
    states::{State, product},
};
use crate::{
    Decimal, Hash, Json, OrderSide, OrderStatus, OrderType, Text,
    table::{OrderRequest, RiskEvent},
};

/// Seconds from the hour to the first asset's orders, and between two assets.
const FIRST_ORDER_S: i64 = 300;
const BETWEEN_ASSETS_S: i64 = 20;

/// What is asked for.
struct Wanted {
    side: OrderSide,
    quantity: Decimal,
    status: OrderStatus,
    delay_s: i64,
}

impl Book {
    /// Writes an entry; gives its fill that comes in the next hour.
    pub(super) fn write_entry<S: Sink>(
        &mut self,
        hour: &mut Hour<'_, S>,
        state: &State,
        decided: &Decided,
        status: OrderStatus,
    ) -> Option<Late> {
        let asset = usize::from(decided.row.asset_id.unsigned_abs()) - 1;
        let limit = price(hour.prices[asset].open);
        let quantity = decided.row.target_position_notional.share(Decimal::ONE, limit, 18)?.truncated(8);
        let wanted = Wanted { side: OrderSide::Buy, quantity, status, delay_s: 0 };
        let (order, hash) = self.write_order(hour, decided, &wanted);
        if status == OrderStatus::Rejected {
            self.write_rejection(hour, state, &order);
        }
        let third = quantity.share(Decimal::ONE, Decimal::new(3, 0), 18)?.truncated(8);
        let rest = quantity - third - third;
        let parts: &[Decimal] = match status {
            OrderStatus::Filled => &[third, third, rest],
            OrderStatus::Partial => &[third],
            _ => &[],
        };
        let is_last_late = hour.number % 6 == 1;
        for (number, part) in (1_u64..).zip(parts) {
            if number == 3 && is_last_late {
                return Some(Late { order, order_hash: hash, number, quantity: *part });
            }
            let at = order.request_ts_utc.seconds_later(number.cast_signed());
            self.write_fill(hour, &order, hash, number, *part, at);
        }
        None
    }

    /// Writes an exit of so many halves of what is held: both halves in two fills.
    pub(super) fn write_exit<S: Sink>(&mut self, hour: &mut Hour<'_, S>, decided: &Decided, halves: i64) {
        let asset = usize::from(decided.row.asset_id.unsigned_abs()) - 1;
        let held = self.holding(asset).quantity;
        let half = held.share(Decimal::ONE, Decimal::new(2, 0), 18).unwrap_or_default().truncated(8);
        let parts: &[Decimal] = if halves == 1 { &[half] } else { &[half, held - half] };
        let quantity = if halves == 1 { half } else { held };
        let wanted = Wanted { side: OrderSide::Sell, quantity, status: OrderStatus::Filled, delay_s: 10 };
        let (order, hash) = self.write_order(hour, decided, &wanted);
        for (number, part) in (1_u64..).zip(parts) {
            let at = order.request_ts_utc.seconds_later(number.cast_signed());
            self.write_fill(hour, &order, hash, number, *part, at);
        }
    }

    fn write_order<S: Sink>(
        &mut self,
        hour: &mut Hour<'_, S>,
        decided: &Decided,
        wanted: &Wanted,
    ) -> (OrderRequest, Hash) {
        self.numbers.order += 1;
        let signal = &decided.row;
        let asset = usize::from(signal.asset_id.unsigned_abs()) - 1;
        let reference_price = price(hour.prices[asset].open);
        let seconds = FIRST_ORDER_S + BETWEEN_ASSETS_S * i64::from(signal.asset_id) + wanted.delay_s;
        let is_buy = wanted.side == OrderSide::Buy;
        let order_id = hour.shape.id(Kind::Order, self.partition, self.numbers.order);
        let row = OrderRequest {
            order_id,
            signal_id: signal.signal_id,
            run_id: hour.run_id,
            run_mode: self.partition.run_mode,
            account_id: self.partition.account_id,
            asset_id: signal.asset_id,
            client_order_id: format!("order {order_id}").into(),
            request_ts_utc: hour.at.seconds_later(seconds),
            hour_ts_utc: hour.at,
            side: wanted.side,
            order_type: if is_buy { OrderType::Limit } else { OrderType::Market },
            tif: Text::fixed(if is_buy { "GTC" } else { "IOC" }),
            limit_price: is_buy.then_some(reference_price),
            requested_qty: wanted.quantity,
            requested_notional: product(wanted.quantity, reference_price),
            pre_order_cash_available: self.chain.balance,
            risk_check_passed: wanted.status != OrderStatus::Rejected,
            status: wanted.status,
            cost_profile_id: reference::cost(signal.asset_id).0,
            origin_hour_ts_utc: hour.at,
            risk_state_run_id: signal.risk_state_run_id,
            cluster_membership_id: signal.cluster_membership_id,
            parent_signal_hash: decided.hash,
            row_hash: UNHASHED,
        };
        let hash = hour.write(row.clone(), Era::Both);
        (row, hash)
    }

    fn write_rejection<S: Sink>(&mut self, hour: &mut Hour<'_, S>, state: &State, order: &OrderRequest) {
        self.numbers.event += 1;
        let (event_type, severity, reason) = if state.kill_switch {
            ("KILL_SWITCH", "CRITICAL", "KILL_SWITCH_ACTIVE")
        } else {
            ("DRAWDOWN", "HIGH", "HALT_NEW_ENTRIES_ACTIVE")
        };
        let event = RiskEvent {
            risk_event_id: hour.shape.id(Kind::Event, self.partition, self.numbers.event),
            run_id: hour.run_id,
            run_mode: self.partition.run_mode,
            account_id: self.partition.account_id,
            event_ts_utc: order.request_ts_utc,
            hour_ts_utc: hour.at,
            event_type: Text::fixed(event_type),
            severity: Text::fixed(severity),
            reason_code: Text::fixed(reason),
            details: Json(format!(r#"{{"asset_id":{},"order_id":"{}"}}"#, order.asset_id, order.order_id).into()),
            related_state_hour_ts_utc: hour.at,
            origin_hour_ts_utc: hour.at,
            parent_state_hash: state.risk_hash,
            row_hash: UNHASHED,
        };
        hour.write(event, Era::Both);
    }
}
