// Compiled, never run: code as users write it, with the types it must have under the strictest settings.
import queueAPI, { createClient, createQueueAPI, isCutroomError } from '@cutroom/client';
import type { Batch, CutOutResult, EndedJob, Job } from '@cutroom/client';

// ---- as front ends of the stack before had it ----
export async function old_front_end(recordIds: string[], projectId: string, photoUrls: string[], toast: (text: string) => void) {
  const one = await queueAPI.queueBackgroundRemoval(recordIds[0]!, projectId, photoUrls[0]!);
  const many = await queueAPI.queueBulkBackgroundRemoval(recordIds, projectId, photoUrls);
  await queueAPI.queueFaceCrop(recordIds[0]!, projectId, photoUrls[0]!, 'passport');
  await queueAPI.queueBulkFaceCrop(recordIds, projectId, photoUrls, 'idcard');
  toast(`${many.count} images, about ${many.estimatedTime} s, ${one.message}`);

  const polled = await queueAPI.pollJobUntilComplete(many.jobIds[0]!, 5 * 60 * 1000, 1000);
  // Without looking at success first, as code without strict checks does.
  const url: string = polled.result.photoUrl;
  toast(polled.error ?? url);

  const job = await queueAPI.getJobStatus(one.jobId);
  toast(`${job.state} ${job.progress} ${job.result.photoUrl} ${job.data.recordId} ${job.failedReason}`);
  const stats = await queueAPI.getQueueStats();
  const health = await queueAPI.getWorkerHealth();
  return stats.backgroundRemoval.waiting + health.bgRemovalQueueSize;
}

export const elsewhere = createQueueAPI('https://images.example.com');

// ---- the typed client ----
export async function typed_client(file: File, signal: AbortSignal, show: (percent: number) => void): Promise<string> {
  const client = createClient({ baseUrl: 'https://images.example.com', apiKey: 'ck_1_2' });
  try {
    const { jobId } = await client.removeBackground(
      { recordId: 17, photo: file, options: { format: 'webp', background: '#ffffff' } }, { signal });
    const job: EndedJob = await client.waitForJob(jobId, { signal, onUpdate: ({ progress }: Job) => show(progress) });
    if (job.state === 'failed') return job.failedReason;
    const result: CutOutResult | { photoUrl: string } = job.result;
    return result.photoUrl;
  } catch (error) {
    if (!isCutroomError(error)) throw error;
    return error.code === 'rate_limited' ? `later: ${error.retryAfterMs} ms` : error.details.map(({ field }) => field).join();
  }
}

export async function batches(signal: AbortSignal): Promise<Batch> {
  const client = createClient({ baseUrl: 'https://images.example.com' });
  const { batchId } = await client.removeBackgrounds({ recordIds: [1, 'b'], photoUrls: ['https://a/1.jpg', 'https://a/2.jpg'] });
  for await (const event of client.batchEvents(batchId, { signal })) {
    if (event.name === 'completed') event.data.jobId satisfies string;
    if (event.name === 'batch-completed') return event.data;
  }
  return client.waitForBatch(batchId);
}

export function refused() {
  const client = createClient({ baseUrl: 'https://images.example.com' });
  // @ts-expect-error: either the photo or its address.
  void client.removeBackground({ recordId: 1 });
  // @ts-expect-error: there is no such format.
  void client.removeBackground({ recordId: 1, photoUrl: 'https://a/1.jpg', options: { format: 'bmp' } });
  // @ts-expect-error: there is no such operation.
  void client.processImage({ recordId: 1, photoUrl: 'https://a/1.jpg', operations: [{ type: 'melt' }] });
}
