import majordomo from '@majordomo/eslint-plugin';
import type { Linter } from 'eslint';

/** ESLint configuration of a repository that must not call models directly. */
const config: Linter.Config[] = [majordomo.configs.recommended];

export default config;
