import majordomo from '@majordomo/eslint-plugin';

// Add the configurations of your other rules to this list.
export default [majordomo.configs.recommended];
