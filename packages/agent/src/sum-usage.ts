// A build takes core's file of it in place of this one: the steps run where core cannot be loaded, as in Temporal's isolate.
export { sumUsage } from '@majordomo/core';
