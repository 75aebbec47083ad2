//! The tables of the baseline with the columns that the migration adds (sections 5 of the baseline's specification and 4 of
//! the migration's), and those that it makes. Generated columns are left out: the database computes them.

mod execution;
mod lineage;
mod market;
mod model;
mod reference;
mod state;

pub use execution::{CashLedger, ExecutedTrade, OrderFill, OrderRequest, PositionLot, RiskEvent, TradeSignal};
pub use lineage::{BacktestFoldResult, ModelActivationGate, ModelTrainingWindow, ReplayManifest};
pub use market::{FeatureSnapshot, MarketOhlcvHourly, OrderBookSnapshot};
pub use model::{MetaLearnerComponent, ModelPrediction, RegimeOutput};
pub use reference::{
    Account, Asset, AssetClusterMembership, BacktestRun, CorrelationCluster, CostProfile, FeatureDefinition,
    ModelVersion, RunContext,
};
pub use state::{ClusterExposureHourlyState, PortfolioHourlyState, PositionHourlyState, RiskHourlyState};
