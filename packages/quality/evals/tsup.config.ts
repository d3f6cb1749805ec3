export { nodeLibrary as default } from '../../../tooling/build/tsup.ts';
