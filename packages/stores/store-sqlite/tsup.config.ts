export { sqliteLibrary as default } from '../../../tooling/build/tsup.ts';
