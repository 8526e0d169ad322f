/** What a bucket knows of an object without its bytes. */
export interface ObjectFacts {
  key: string;
  /** MD5 of the body in hex, in the double quotes that the ETag header has. */
  etag: string;
  sizeBytes: number;
  /** Whole seconds, as S3 keeps it. */
  lastModifiedMs: number;
  contentType: string;
  cacheControl?: string | undefined;
  contentDisposition?: string | undefined;
  contentEncoding?: string | undefined;
  /** By the name after `x-amz-meta-`. */
  metadata: Record<string, string>;
}

export interface StoredObject extends ObjectFacts {
  body: Buffer;
}
