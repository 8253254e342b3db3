// The words of the API by short names. schema.ts is generated from api/openapi.yaml.
import type { components, operations } from './schema.js';

type Schemas = components['schemas'];

export type Id = Schemas['Id'];
/** The platform's own key: kept as it came. */
export type PlatformId = Schemas['PlatformId'];
export type QueueName = Schemas['QueueName'];
export type JobState = Schemas['JobState'];
export type FieldProblem = Schemas['FieldProblem'];
export type ApiErrorCode = Schemas['ErrorCode'];

export type Job = Schemas['Job'];
export type JobResult = NonNullable<Job['result']>;
export type CutOutResult = Schemas['CutOutResult'];
export type JobLogs = Schemas['JobLogs'];
export type JobPage = Schemas['JobPage'];
export type JobStanding = Schemas['JobStanding'];
export type Batch = Schemas['Batch'];
export type BatchCancelled = Schemas['BatchCancelled'];
export type JobEventData = Schemas['JobEvent'];
export type Queued = Schemas['Queued'];
export type BulkQueued = Schemas['BulkQueued'];
export type QueueStats = Schemas['QueueStats'];
export type WorkerHealth = Schemas['WorkerHealth'];
export type WorkerHealthUnknown = Schemas['WorkerHealthUnknown'];
export type WorkerProcess = Schemas['WorkerProcess'];
export type QueuePaused = Schemas['QueuePaused'];
export type QueueDrained = Schemas['QueueDrained'];
export type Removed = Schemas['Removed'];
export type Retried = Schemas['Retried'];
export type About = Schemas['About'];

export type ImageResult = Schemas['ImageResult'];
export type FaceCropResult = Schemas['FaceCropResult'];
export type FacePreset = Schemas['FacePreset'];
export type PresetFields = Schemas['PresetFields'];
export type VendorPreset = Schemas['VendorPreset'];
export type Operation = Schemas['Operation'];

export type Webhook = Schemas['Webhook'];
export type NewWebhook = Schemas['NewWebhook'];
export type WebhookOrder = Schemas['WebhookOrder'];
export type WebhookDeliveries = Schemas['WebhookDeliveries'];
export type WebhookTested = Schemas['WebhookTested'];

export type RateLimits = Schemas['RateLimits'];
export type Vendor = Schemas['Vendor'];
export type NewVendor = Schemas['NewVendor'];
export type VendorChange = Schemas['VendorChange'];
export type VendorPage = Schemas['VendorPage'];
export type ApiKey = Schemas['ApiKey'];
export type NewApiKey = Schemas['NewApiKey'];
export type VendorUsage = Schemas['VendorUsage'];

export type RemoveBgOptions = Schemas['RemoveBgOptions'];

export type CropFaceOptions = Schemas['CropFaceOptions'];
export type ProcessOptions = Schemas['ProcessOptions'];

export type JobFilter = NonNullable<operations['listJobs']['parameters']['query']>;
export type RetryFilter = Schemas['RetryJobsOrder'];

/** A photo itself, in place of its address. A Node Buffer is a Uint8Array. */
export type Photo = Blob | ArrayBuffer | Uint8Array;

interface OrderFields {
  recordId: PlatformId;
  projectId?: PlatformId | null;
  /** Whose share it is. Without it, the caller's. */
  vendorId?: PlatformId | null;
}

/** Either the photo's address or the photo. */
type WithPhoto =
  | { photoUrl: string; photo?: undefined }
  | { photo: Photo; photoUrl?: undefined; /** Default: a File's own name. */ fileName?: string };

interface BulkFields {
  recordIds: readonly PlatformId[];
  /** As many as recordIds, in the same order. */
  photoUrls: readonly string[];
  projectId?: PlatformId | null;
  vendorId?: PlatformId | null;
}

export type RemoveBgOrder = OrderFields & WithPhoto & { options?: RemoveBgOptions };
export type BulkRemoveBgOrder = BulkFields & { options?: RemoveBgOptions };

/** `operations` are done in their order. */
export type ProcessOrder = OrderFields & WithPhoto & { operations: readonly Operation[]; options?: ProcessOptions };
export type BulkProcessOrder = BulkFields & { operations: readonly Operation[]; options?: ProcessOptions };

/** `mode`: a preset's name. */
export type CropFaceOrder = OrderFields & WithPhoto & { mode: string; options?: CropFaceOptions };
export type BulkCropFaceOrder = BulkFields & { mode: string; options?: CropFaceOptions };
