export { gatewayLibrary as default } from '../../../tooling/build/tsup.ts';
