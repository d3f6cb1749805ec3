import majordomo from '@majordomo/eslint-plugin';
import type { Linter } from 'eslint';

/** The whole eslint.config of a repository that must not call models by itself. */
const config: Linter.Config[] = [majordomo.configs.recommended];

export default config;
