// The build replaces this file with the source file of core, because the steps also run where core cannot be loaded, such as in
// Temporal's isolate.
export { sumUsage } from '@majordomo/core';
