export type { CliPresence } from './detect.ts';
export type { CliOptions } from './options.ts';
export { CLI_ORDER, type CliName } from './profiles.ts';
export { createCli, type CliProvider } from './provider.ts';
