export { createInspector, type Inspector } from './create-inspector.ts';
export type { AdminApi, InspectorOptions, PlannedChain, Planner } from './options.ts';
export type { Catalog } from '@majordomo/catalog';
export type { Ledger } from '@majordomo/ledger';
export type { Redactor } from '@majordomo/redact';
