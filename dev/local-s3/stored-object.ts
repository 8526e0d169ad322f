/** An object without its bytes. */
export interface ObjectFacts {
  key: string;
  /** MD5 of the body in hex, in double quotes as in the ETag header. */
  etag: string;
  sizeBytes: number;
  /** Always whole seconds, as in S3. */
  lastModifiedMs: number;
  contentType: string;
  cacheControl?: string | undefined;
  contentDisposition?: string | undefined;
  contentEncoding?: string | undefined;
  /** Keyed by the name after `x-amz-meta-`. */
  metadata: Record<string, string>;
}

export interface StoredObject extends ObjectFacts {
  body: Buffer;
}
