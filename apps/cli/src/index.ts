export { defineConfig, type MajordomoConfig } from './config/config.ts';

export type { Skill } from '@majordomo/agent';
