import { EventLog } from './event-log.ts';
import { LeasedJob } from './leased-job.ts';
import { LiveLeg, type LocalOptions } from './live-leg.ts';
import { loadRecord, type LoadedRecord } from './record.ts';
import type { DrivenJob, Setup } from './setup.ts';

/** Driver of a job in this process. */
export class Driver implements DrivenJob {
  log: EventLog | undefined;
  readonly begun: Promise<void>;
  readonly done: Promise<void>;
  private readonly id: string;
  private readonly setup: Setup;
  private readonly local: LocalOptions;
  private readonly controller = new AbortController();

  private constructor(id: string, setup: Setup, local: LocalOptions, created?: LoadedRecord) {
    this.id = id;
    this.setup = setup;
    this.local = local;
    const taken = created === undefined ? this.take() : Promise.resolve(this.leased(created));
    this.begun = taken.then(() => undefined);
    this.done = this.run(taken).finally(() => {
      if (setup.drivers.get(id) === this) setup.drivers.delete(id);
      this.log?.wake();
    });
    // Readers await both promises. Without readers, the next poll repeats an error of the store.
    this.begun.catch(() => undefined);
    this.done.catch(() => undefined);
  }

  /** Returns the driver of this process, which begins now if there is none. */
  static of(id: string, setup: Setup, local: LocalOptions = {}): DrivenJob {
    const driver = setup.drivers.get(id) ?? new Driver(id, setup, local);
    setup.drivers.set(id, driver);
    return driver;
  }

  /** Begins to drive a job that this process has created with its lease. */
  static begin(id: string, created: LoadedRecord, setup: Setup, local: LocalOptions): void {
    // Replace a driver that has not got the lease, because it found the record of this process.
    setup.drivers.set(id, new Driver(id, setup, local, created));
  }

  stop(): void {
    this.controller.abort();
  }

  private leased(loaded: LoadedRecord): LeasedJob {
    return this.withLog(new LeasedJob(this.id, loaded, this.setup, this.onLost));
  }

  /** Takes the lease if the job is running and no other process drives it. */
  private async take(): Promise<LeasedJob | undefined> {
    const { id, setup } = this;
    const stored = await loadRecord(id, setup);
    if (stored?.record.state !== 'running' || stored.leaseMs > 0) return undefined;
    const job = await LeasedJob.take(id, stored, setup, this.onLost);
    return job && this.withLog(job);
  }

  private withLog(job: LeasedJob): LeasedJob {
    this.log = new EventLog(job.record.legs.length + 1);
    return job;
  }

  private readonly onLost = (): void => {
    this.controller.abort();
  };

  private async run(taken: Promise<LeasedJob | undefined>): Promise<void> {
    const job = await taken;
    const { log, setup, controller, local } = this;
    if (job === undefined || log === undefined) return;
    const leg = new LiveLeg({ job, setup, log, signal: controller.signal, local });
    try {
      await leg.run();
    } catch (error) {
      // Another process has taken over, or the job was cancelled or removed.
      if (!this.controller.signal.aborted) throw error;
    } finally {
      job.stop();
    }
  }
}
