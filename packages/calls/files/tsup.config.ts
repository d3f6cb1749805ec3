// The entries are the same: one for every platform, and one that needs Node.
export { gatewayLibrary as default } from '../../../tooling/build/tsup.ts';
