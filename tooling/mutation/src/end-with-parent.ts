/** Preloaded into a test run, so that the tests end if the mutation run is killed. */
process.once('disconnect', () => process.exit(1));
// Otherwise the open channel would keep the process running after its tests.
process.channel?.unref();
