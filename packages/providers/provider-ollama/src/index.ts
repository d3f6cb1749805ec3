export type { OllamaOptions } from './options.ts';
export { ollamaFacts, type OllamaFacts } from './facts.ts';
export { createOllama, type OllamaProvider } from './provider.ts';
export type { ProfileName } from './profiles.ts';
export type { PullOptions, PullProgress } from './pull.ts';
export type { OllamaQuirks } from './quirks.ts';
