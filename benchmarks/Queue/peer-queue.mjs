// Drives a job queue of the Node world and measures it. One cell is one call:
//   node peer-queue.mjs PEERS '{"queue": "pg-boss", "step": "process", "jobs": 50000, ...}'
// PEERS: folder whose node_modules holds the packages. The database is in DATABASE_URL. The answer is one line of JSON.
// The process ends when its standard input does, so that nothing outlives the benchmark that started it.
import { createRequire } from "node:module";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";

const peers = resolve(process.argv[2]);
const cell = JSON.parse(process.argv[3]);
const url = process.env.DATABASE_URL;
const load = createRequire(join(peers, "package.json"));
process.stdin.resume().on("end", () => process.exit(1));

const seconds = (began) => Number(process.hrtime.bigint() - began) / 1e9;

/** Times calls one after the other; the first ones only warm up. `call(from, count)` adds jobs `from .. from + count - 1`. */
async function timeEnqueue(call, perCall) {
  let began;
  let counted = 0;
  for (let next = 0; next < cell.jobs; next += perCall) {
    if (next >= cell.warmUp && counted === 0) [began, counted] = [process.hrtime.bigint(), cell.jobs - next];
    await call(next, Math.min(perCall, cell.jobs - next));
  }
  if (counted === 0) throw new Error(`${cell.jobs} jobs are too few for calls of ${perCall} after a warm-up of ${cell.warmUp}.`);
  return { seconds: seconds(began), jobs: counted };
}

/** Counts every number once, and tells when all were there. */
function makeCounter() {
  const seen = new Uint8Array(cell.jobs);
  let left = cell.jobs;
  let warmAt = process.hrtime.bigint();
  let repeated = 0;
  let finish;
  const all = new Promise((done) => (finish = done));
  return {
    all,
    add(n) {
      if (seen[n]++ > 0) repeated++;
      else {
        left--;
        if (cell.jobs - left === cell.warmUp) warmAt = process.hrtime.bigint();
        if (left === 0) finish();
      }
    },
    warmAt: () => warmAt,
    result: () => ({ missing: left, repeated }),
  };
}

/** Starts the workers; the clock starts after the warm-up, and stops when the database holds no unfinished job. */
async function timeProcessing(start, stop, anyUnfinished) {
  const { Client } = load("pg");
  const watch = new Client({ connectionString: url });
  await watch.connect();
  const counter = makeCounter();
  const began = process.hrtime.bigint();
  await start((n) => counter.add(n));
  await counter.all;
  while ((await watch.query(anyUnfinished)).rows[0].any) await new Promise((done) => setTimeout(done, 2));
  const [took, whole] = [seconds(counter.warmAt()), seconds(began)];
  await watch.end();
  await stop();
  return { seconds: took, jobs: cell.jobs - cell.warmUp, wholeSeconds: whole, wholeJobs: cell.jobs, ...counter.result() };
}

const queues = {
  async "pg-boss"() {
    const { PgBoss } = await import(pathToFileURL(load.resolve("pg-boss")));
    const boss = new PgBoss({ connectionString: url, useListenNotify: cell.notify ?? false });
    boss.on("error", (fault) => console.error(fault));
    await boss.start();
    await boss.createQueue("noop", { notify: cell.notify ?? false, partition: cell.partition ?? false });
    const numbers = (from, count) => Array.from({ length: count }, (_, i) => ({ data: { n: from + i } }));
    const steps = {
      "enqueue-one": () => timeEnqueue((n) => boss.send("noop", { n }), 1),
      "enqueue-bulk": () => timeEnqueue((from, count) => boss.insert("noop", numbers(from, count)), cell.perCall),
      process: () =>
        timeProcessing(
          (add) =>
            boss.work(
              "noop",
              { batchSize: cell.batch, localConcurrency: cell.workers, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true },
              async (jobs) => {
                for (const job of jobs) add(job.data.n);
              },
            ),
          async () => {},
          "SELECT EXISTS (SELECT 1 FROM pgboss.job WHERE state < 'completed') AS any",
        ),
    };
    const answer = await steps[cell.step]();
    await boss.stop({ graceful: false });
    return answer;
  },

  async "graphile-worker"() {
    const { makeWorkerUtils, run, Logger } = load("graphile-worker");
    const silent = new Logger(() => () => {});
    const utils = await makeWorkerUtils({ connectionString: url, logger: silent });
    await utils.migrate();
    const specs = (from, count) => Array.from({ length: count }, (_, i) => ({ identifier: "noop", payload: { n: from + i } }));
    let runner;
    const steps = {
      "enqueue-one": () => timeEnqueue((n) => utils.addJob("noop", { n }), 1),
      "enqueue-bulk": () => timeEnqueue((from, count) => utils.addJobs(specs(from, count)), cell.perCall),
      process: () =>
        timeProcessing(
          async (add) => {
            runner = await run({
              taskList: { noop: async ({ n }) => add(n) },
              noHandleSignals: true,
              parsedCronItems: [],
              preset: {
                worker: {
                  connectionString: url,
                  logger: silent,
                  concurrentJobs: cell.workers,
                  maxPoolSize: cell.workers + 1,
                  ...(cell.batch > 1 && { localQueue: { size: cell.batch }, completeJobBatchDelay: 0, failJobBatchDelay: 0 }),
                },
              },
            });
          },
          () => runner.stop(),
          "SELECT EXISTS (SELECT 1 FROM graphile_worker._private_jobs) AS any",
        ),
    };
    const answer = await steps[cell.step]();
    await utils.release();
    return answer;
  },
};

process.stdout.write(JSON.stringify(await queues[cell.queue]()) + "\n", () => process.exit(0));
