import { inspectorLibrary } from '../../../tooling/build/tsup.ts';
import { inspectorPage } from './page-build.ts';

const config: ReturnType<typeof inspectorLibrary> = inspectorLibrary(inspectorPage());
export default config;
