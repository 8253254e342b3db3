// The stack that Cutroom replaces, as its users have it: Express routes in front of Bull 4 queues on Redis, with
// express-rate-limit counting in Redis. What the bench compares with. Where its users differ from each other, it has
// the faster choice: addBulk() for bulk calls, no limiter on reads, no log line per request.
'use strict';

const express = require('express');
const Queue = require('bull');
const Redis = require('ioredis');
const { rateLimit } = require('express-rate-limit');
const { RedisStore } = require('rate-limit-redis');

const redis = {
  host: process.env.REDIS_HOST || '127.0.0.1',
  port: Number(process.env.REDIS_PORT || 6379),
  db: Number(process.env.REDIS_DB || 0),
};

const defaultJobOptions = {
  attempts: 3,
  backoff: { type: 'exponential', delay: 2000 },
  timeout: 60000,
  removeOnComplete: false,
};
const backgroundRemoval = new Queue('background-removal', { redis, defaultJobOptions });
const faceCrop = new Queue('face-crop', { redis, defaultJobOptions });
const imageProcessing = new Queue('image-processing', { redis, defaultJobOptions });
const queues = [backgroundRemoval, faceCrop, imageProcessing];

// Counted as in production, but never reached: a bench of refusals would say nothing.
const LIMIT = 1e9;
const MINUTE = 60 * 1000;
const limitsClient = new Redis(redis);

function limiter(name, windowMs, keyGenerator) {
  if (process.env.RATE_LIMITS === 'off') return (req, res, next) => next();
  return rateLimit({
    windowMs,
    limit: LIMIT,
    standardHeaders: true,
    legacyHeaders: false,
    keyGenerator,
    store: new RedisStore({
      prefix: `rl:${name}:`,
      sendCommand: (...args) => limitsClient.call(...args),
    }),
  });
}

const byVendor = (req) => String(req.body.vendorId || req.ip);
const globalLimit = limiter('global', 15 * MINUTE);
const backgroundRemovalLimit = limiter('bg-removal', 60 * MINUTE, byVendor);
const bulkLimit = limiter('bulk', 60 * MINUTE, byVendor);

const SECONDS_PER_JOB = 30;

const api = express.Router();

api.post('/remove-bg-queue', globalLimit, backgroundRemovalLimit, async (req, res, next) => {
  try {
    const { recordId, projectId, photoUrl, vendorId } = req.body;
    if (!recordId || !photoUrl) return res.status(400).json({ error: 'recordId and photoUrl are required' });
    const job = await backgroundRemoval.add({ recordId, projectId, photoUrl, vendorId });
    res.json({
      success: true,
      jobId: job.id,
      recordId,
      message: 'Job queued for processing',
      estimatedTime: SECONDS_PER_JOB,
    });
  } catch (error) {
    next(error);
  }
});

api.post('/bulk-remove-bg', globalLimit, bulkLimit, async (req, res, next) => {
  try {
    const { recordIds, projectId, photoUrls, vendorId } = req.body;
    if (!Array.isArray(recordIds) || !Array.isArray(photoUrls) || recordIds.length !== photoUrls.length)
      return res.status(400).json({ error: 'recordIds and photoUrls must have the same length' });
    const jobs = await backgroundRemoval.addBulk(
      recordIds.map((recordId, i) => ({ data: { recordId, projectId, photoUrl: photoUrls[i], vendorId } })),
    );
    res.json({
      success: true,
      jobIds: jobs.map((job) => job.id),
      count: jobs.length,
      message: 'Bulk jobs queued for processing',
      estimatedTime: jobs.length * SECONDS_PER_JOB,
    });
  } catch (error) {
    next(error);
  }
});

api.get('/job/:jobId', async (req, res, next) => {
  try {
    let job = null;
    for (const queue of queues) {
      job = await queue.getJob(req.params.jobId);
      if (job) break;
    }
    if (!job) return res.status(404).json({ error: 'Job not found' });
    res.json({
      id: job.id,
      state: await job.getState(),
      progress: job.progress(),
      data: job.data,
      result: job.returnvalue,
      failedReason: job.failedReason,
      attemptsMade: job.attemptsMade,
    });
  } catch (error) {
    next(error);
  }
});

api.get('/queue-stats', async (req, res, next) => {
  try {
    const counts = await Promise.all(queues.map((queue) => queue.getJobCounts()));
    res.json({
      backgroundRemoval: counts[0],
      faceCrop: counts[1],
      imageProcessing: counts[2],
      timestamp: new Date().toISOString(),
    });
  } catch (error) {
    next(error);
  }
});

const app = express();
app.use(express.json({ limit: '50mb' }));
app.use('/api/image-queue', api);

app.get('/api/worker/health', async (req, res) => {
  try {
    const [bgRemovalQueueSize, faceCropQueueSize] = await Promise.all([backgroundRemoval.count(), faceCrop.count()]);
    res.json({ status: 'healthy', bgRemovalQueueSize, faceCropQueueSize, timestamp: new Date().toISOString() });
  } catch (error) {
    res.status(503).json({ status: 'unhealthy', error: error.message });
  }
});

Promise.all(queues.map((queue) => queue.isReady())).then(() => {
  const server = app.listen(Number(process.env.PORT || 3001), '127.0.0.1', () => {
    console.log(`peer listens on http://127.0.0.1:${server.address().port}`);
  });
});
