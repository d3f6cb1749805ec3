// The whole eslint.config.js of a repository that must not call models by itself.
import majordomo from '@majordomo/eslint-plugin';

export default [majordomo.configs.recommended];
