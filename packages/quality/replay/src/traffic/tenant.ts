const PREFIX = 'replay:';

/** Returns the tenant of all calls of an experiment. */
export const tenantOf = (name: string): string => `${PREFIX}${name}`;

/** Whether a tenant is that of an experiment. */
export const isExperiment = (tenant: string | undefined): boolean => tenant?.startsWith(PREFIX) === true;
