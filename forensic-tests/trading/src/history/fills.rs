//! Fills, the lots that they open, and the trades that they close.

use uuid::Uuid;

use super::{
    Era, Sink, UNHASHED,
    book::{Book, Lot, era_of},
    context::Hour,
    ledger::Entry,
    market::price,
    reference,
    shape::Kind,
    states::product,
};
use crate::{
    Decimal, HOUR_US, Hash, OrderSide, Text, Timestamp,
    table::{ExecutedTrade, OrderFill, OrderRequest, PositionLot},
};

impl Book {
    /// Writes a fill of an order with its cash, and the lot that it opens or the trades that it closes.
    pub(super) fn write_fill<S: Sink>(
        &mut self,
        hour: &mut Hour<'_, S>,
        order: &OrderRequest,
        order_hash: Hash,
        number: u64,
        quantity: Decimal,
        at: Timestamp,
    ) {
        self.numbers.fill += 1;
        let fill = self.fill(hour, order, order_hash, number, quantity, at);
        let hash = hour.write(fill.clone(), era_of(hour, at));
        let costs = fill.fee_paid + fill.slippage_cost;
        let (event_type, delta) = match order.side {
            OrderSide::Buy => ("FILL_BUY", -(fill.fill_notional + costs)),
            OrderSide::Sell => ("FILL_SELL", fill.fill_notional - costs),
        };
        let entry =
            Entry { at, event_type, ref_type: "ORDER_FILL", ref_id: fill.fill_id, delta, execution: Some(hash) };
        self.chain.write(hour, &entry);
        match order.side {
            OrderSide::Buy => self.write_lot(hour, &fill, hash),
            OrderSide::Sell => self.close_lots(hour, &fill),
        }
    }

    fn fill<S: Sink>(
        &self,
        hour: &mut Hour<'_, S>,
        order: &OrderRequest,
        parent_order_hash: Hash,
        number: u64,
        quantity: Decimal,
        at: Timestamp,
    ) -> OrderFill {
        let prices = hour.prices[usize::from(order.asset_id.unsigned_abs()) - 1];
        // What is bought is not bought above its limit.
        let cents = match order.side {
            OrderSide::Buy => hour.random.between(prices.low, prices.open),
            OrderSide::Sell => hour.random.between(prices.low, prices.high),
        };
        let fill_price = price(cents);
        let fill_notional = product(fill_price, quantity);
        let (_, fee_rate) = reference::cost(order.asset_id);
        let realized_slippage_rate = Decimal::new(hour.random.between(0, 1_000), 6);
        OrderFill {
            fill_id: hour.shape.id(Kind::Fill, self.partition, self.numbers.fill),
            order_id: order.order_id,
            run_id: order.run_id,
            run_mode: order.run_mode,
            account_id: order.account_id,
            asset_id: order.asset_id,
            exchange_trade_id: format!("trade {number}").into(),
            fill_ts_utc: at,
            hour_ts_utc: at.hour(),
            fill_price,
            fill_qty: quantity,
            fill_notional,
            fee_paid: fill_notional.times(fee_rate).rounded().unwrap_or_default(),
            fee_rate,
            realized_slippage_rate,
            liquidity_flag: Text::fixed(["MAKER", "TAKER", "UNKNOWN"][(number % 3) as usize]),
            origin_hour_ts_utc: hour.at,
            slippage_cost: product(fill_notional, realized_slippage_rate),
            parent_order_hash,
            row_hash: UNHASHED,
        }
    }

    fn write_lot<S: Sink>(&mut self, hour: &mut Hour<'_, S>, fill: &OrderFill, parent_fill_hash: Hash) {
        self.numbers.lot += 1;
        let lot = PositionLot {
            lot_id: hour.shape.id(Kind::Lot, self.partition, self.numbers.lot),
            open_fill_id: fill.fill_id,
            run_id: fill.run_id,
            run_mode: fill.run_mode,
            account_id: fill.account_id,
            asset_id: fill.asset_id,
            hour_ts_utc: fill.hour_ts_utc,
            open_ts_utc: fill.fill_ts_utc,
            open_price: fill.fill_price,
            open_qty: fill.fill_qty,
            open_notional: fill.fill_notional,
            open_fee: fill.fee_paid,
            remaining_qty: fill.fill_qty,
            origin_hour_ts_utc: fill.origin_hour_ts_utc,
            parent_fill_hash,
            row_hash: UNHASHED,
        };
        let open = Lot {
            id: lot.lot_id,
            run_id: lot.run_id,
            hash: hour.write(lot, era_of(hour, fill.fill_ts_utc)),
            opened: fill.fill_ts_utc,
            price: fill.fill_price,
            quantity: fill.fill_qty,
            remaining: fill.fill_qty,
            fee: fill.fee_paid,
            slippage: fill.slippage_cost,
        };
        self.lots[usize::from(fill.asset_id.unsigned_abs()) - 1].push_back(open);
    }

    /// Closes the oldest lots first.
    fn close_lots<S: Sink>(&mut self, hour: &mut Hour<'_, S>, fill: &OrderFill) {
        let asset = usize::from(fill.asset_id.unsigned_abs()) - 1;
        let mut open = fill.fill_qty;
        while open > Decimal::ZERO {
            let Some(lot) = self.lots[asset].front_mut() else { return };
            let quantity = lot.remaining.min(open);
            lot.remaining = lot.remaining - quantity;
            open = open - quantity;
            let lot = lot.clone();
            if lot.remaining == Decimal::ZERO {
                self.lots[asset].pop_front();
            }
            self.numbers.trade += 1;
            let trade_id = hour.shape.id(Kind::Trade, self.partition, self.numbers.trade);
            let trade = trade(&lot, fill, quantity, trade_id);
            self.realized[asset] += trade.net_pnl;
            let is_of_one_run = lot.run_id == fill.run_id;
            let era = if is_of_one_run { era_of(hour, fill.fill_ts_utc) } else { Era::After };
            hour.write(trade, era);
        }
    }
}

/// The trade that closes a part of a lot; each side's fee and slippage is shared out by quantity (property 6).
fn trade(lot: &Lot, fill: &OrderFill, quantity: Decimal, trade_id: Uuid) -> ExecutedTrade {
    let share = |of: Decimal, whole| of.share(quantity, whole, 18).unwrap_or_default();
    let total_fee = share(lot.fee, lot.quantity) + share(fill.fee_paid, fill.fill_qty);
    let total_slippage_cost = share(lot.slippage, lot.quantity) + share(fill.slippage_cost, fill.fill_qty);
    let gross_pnl = product(fill.fill_price - lot.price, quantity);
    let held_us = fill.fill_ts_utc.0 - lot.opened.0;
    ExecutedTrade {
        trade_id,
        lot_id: lot.id,
        run_id: fill.run_id,
        run_mode: fill.run_mode,
        account_id: fill.account_id,
        asset_id: fill.asset_id,
        hour_ts_utc: fill.hour_ts_utc,
        entry_ts_utc: lot.opened,
        exit_ts_utc: fill.fill_ts_utc,
        entry_price: lot.price,
        exit_price: fill.fill_price,
        quantity,
        gross_pnl,
        net_pnl: gross_pnl - total_fee - total_slippage_cost,
        total_fee,
        total_slippage_cost,
        holding_hours: i32::try_from(held_us / HOUR_US).unwrap_or(i32::MAX),
        origin_hour_ts_utc: fill.origin_hour_ts_utc,
        parent_lot_hash: lot.hash,
        row_hash: UNHASHED,
    }
}
