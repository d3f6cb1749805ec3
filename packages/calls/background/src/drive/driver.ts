import { EventLog } from '../events/event-log.ts';
import { followJob } from './follower.ts';
import { LeasedJob } from '../record/leased-job.ts';
import { JobRun } from './job-run.ts';
import type { LocalOptions } from '../record/run-parts.ts';
import { runningJob, type JobRecord } from '../record/record.ts';
import type { DrivenJob, Setup } from '../setup.ts';
import type { VendorLeg } from '../legs/vendor-leg.ts';

interface DriverOptions {
  /** Options of the call that began the job in this process. Without the call, none. */
  readonly local?: LocalOptions;
  /** Job that this process has created with its lease. */
  readonly created?: LeasedJob;
  /** Whether to look only once at a job of a vendor. */
  readonly isStep?: boolean;
}

/** Driver of a job in this process. `DrivenJob` describes its public members. */
export class Driver implements DrivenJob {
  log: EventLog | undefined;
  failure: { readonly error: unknown } | undefined;
  readonly leaseTried: Promise<void>;
  readonly legStarted: Promise<void>;
  readonly atVendor: Promise<void>;
  readonly done: Promise<void>;
  private readonly id: string;
  private readonly setup: Setup;
  private readonly local: LocalOptions;
  readonly isStep: boolean;
  private readonly controller = new AbortController();
  /** Leg of this process at a vendor. */
  private leg: VendorLeg | undefined;
  /** Record of a vendor's job that another process drives. */
  private followed: JobRecord | undefined;
  private onLegStarted = (): void => undefined;
  private onVendor = (): void => undefined;

  private constructor(id: string, setup: Setup, { local = {}, created, isStep = false }: DriverOptions) {
    this.id = id;
    this.isStep = isStep;
    this.setup = setup;
    this.local = local;
    const taken = created === undefined ? this.take() : Promise.resolve(this.leased(created));
    this.leaseTried = taken.then(() => undefined);
    this.legStarted = new Promise((resolve) => {
      this.onLegStarted = resolve;
    });
    this.atVendor = new Promise((resolve) => {
      this.onVendor = resolve;
    });
    this.done = this.run(taken)
      .catch((error: unknown) => {
        this.failure = { error };
        throw error;
      })
      .finally(() => {
        // `begin` may have replaced this driver.
        if (setup.drivers.get(id) === this) setup.drivers.delete(id);
        this.onLegStarted();
        this.onVendor();
        this.log?.wake();
      });
    // Readers await both promises. Without readers, the next poll repeats an error of the store.
    this.leaseTried.catch(() => undefined);
    this.done.catch(() => undefined);
  }

  /** Returns the driver of this process, which begins now with the local options if there is none. */
  static of(id: string, setup: Setup, local: LocalOptions = {}): DrivenJob {
    const driver = setup.drivers.get(id) ?? new Driver(id, setup, { local });
    setup.drivers.set(id, driver);
    return driver;
  }

  /** Begins to drive a job that this process has created with its lease. */
  static begin(created: LeasedJob, setup: Setup, local: LocalOptions): void {
    // Replace a driver that a reader has started in the meantime. It has no lease, because `created` holds the lease.
    setup.drivers.set(created.id, new Driver(created.id, setup, { local, created }));
  }

  /** Returns the driver of this process, or one that looks once at a job of a vendor. */
  static step(id: string, setup: Setup): DrivenJob {
    const driver = setup.drivers.get(id) ?? new Driver(id, setup, { isStep: true });
    setup.drivers.set(id, driver);
    return driver;
  }

  stop(): void {
    this.controller.abort();
  }

  lookNow(): void {
    this.leg?.lookNow();
  }

  private async runFollowed(log: EventLog): Promise<void> {
    const { id, setup, followed: record, controller } = this;
    if (record === undefined) return;
    // The other process has begun the leg, so a caller of this process that waits for the start need not wait longer.
    this.onLegStarted();
    this.onVendor();
    await followJob({ id, record, setup, log, signal: controller.signal }).catch((error: unknown) => {
      if (!controller.signal.aborted) throw error;
    });
  }

  /** Takes the lease if there is work for the job and no other process drives it. Otherwise, follows a job of a vendor. */
  private async take(): Promise<LeasedJob | undefined> {
    const found = await LeasedJob.take(this.id, this.setup);
    if (found instanceof LeasedJob) return this.leased(found);
    if (found !== undefined && found.leaseMs > 0 && !this.isStep) this.follow(found.record);
    return undefined;
  }

  private follow(record: JobRecord): void {
    // The events of a live call exist only in the process that makes the call, so its readers wait for the stored answer.
    if (runningJob(record) === undefined) return;
    this.followed = record;
    this.log = new EventLog(record.legs.length);
  }

  /** Prepares to drive a job that this process has leased, and returns it. */
  private leased(job: LeasedJob): LeasedJob {
    const { record } = job;
    job.lost.addEventListener('abort', () => {
      this.controller.abort();
    });
    // A job that has ended has no further events. `run` then uses a log without readers.
    if (record.state !== 'running') return job;
    // Without a running job at a vendor, the driver begins a further leg.
    this.log = new EventLog(record.legs.length + (runningJob(record) === undefined ? 1 : 0));
    return job;
  }

  private async run(taken: Promise<LeasedJob | undefined>): Promise<void> {
    const job = await taken;
    const { setup, controller, local, isStep, log = new EventLog(1) } = this;
    if (job === undefined) {
      await this.runFollowed(log);
      return;
    }
    const parts = { job, setup, log, signal: controller.signal, local, isStep };
    const run = new JobRun(parts, {
      onStarted: () => {
        this.onLegStarted();
      },
      onVendor: (leg) => {
        this.leg = leg;
        // `status` waits until a step has looked, so only a leg that the step begins itself resolves `legStarted`.
        if (!isStep) this.onLegStarted();
        this.onVendor();
      },
      onEnd: () => {
        // Without a log, readers continue with the stored record, which has all events of the ended job.
        this.log = undefined;
        log.wake();
      },
    });
    try {
      await run.run();
    } catch (error) {
      // Another process has taken over, or the job was cancelled or removed.
      if (!this.controller.signal.aborted) throw error;
    } finally {
      await job.end();
    }
  }
}
