export { library as default } from '../../../tooling/build/tsup.ts';
