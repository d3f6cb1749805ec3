export {
  defineConfig,
  type CallLogConfig,
  type GatewayConfig,
  type GatewayFilesConfig,
  type LedgerConfig,
  type MajordomoConfig,
} from './config/config.ts';
export type { LoginConfig } from './vault/login-config.ts';

export type { Skill } from '@majordomo/agent';
export type { Override } from '@majordomo/catalog';
export type { Limit } from '@majordomo/ledger';
export type { Router } from '@majordomo/routing';
