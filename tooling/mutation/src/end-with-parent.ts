/** Preloaded into a test run: should the mutation run be killed outright, its tests do not outlive it. */
process.once('disconnect', () => process.exit(1));
process.channel?.unref();
