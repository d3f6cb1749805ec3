// The build replaces this file with core's source file, because the steps also run where core cannot be loaded, such as in
// Temporal's isolate.
export { sumUsage } from '@majordomo/core';
export { UNKNOWN_USAGE } from '@majordomo/core/toolkit';
