export { createTelemetry } from './create-telemetry.ts';
export type { Telemetry, TelemetryOptions } from './options.ts';
export type { Convention } from './convention.ts';

// Types of other packages that the public API uses.
export type { Around } from '@majordomo/agent';
export type { JobEvent } from '@majordomo/background';
export type { BatchEvent } from '@majordomo/batch';
export type { GuardEvent } from '@majordomo/guards';
export type { SpendRecord } from '@majordomo/ledger';
export type { McpAround } from '@majordomo/mcp';
export type { Redactor } from '@majordomo/redact';
