export { defineConfig, type MajordomoConfig } from './config/config.ts';
