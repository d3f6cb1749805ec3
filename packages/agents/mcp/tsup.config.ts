export { mcpLibrary as default } from '../../../tooling/build/tsup.ts';
