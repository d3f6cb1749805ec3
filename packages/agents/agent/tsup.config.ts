export { agentLibrary as default } from '../../../tooling/build/tsup.ts';
