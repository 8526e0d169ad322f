/**
 * Whether S3 accepts the text as a bucket: a bucket name, or the ARN or alias of an access point.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function isBucketName(text: string): boolean {
  return (BUCKET.test(text) && !RESERVED.test(text)) || ACCESS_POINT.test(text);
}

/** Labels separated by dots: a dot neither begins nor ends the name, nor follows another dot. */
const BUCKET = /^(?=.{3,63}$)[a-z\d](?:[a-z\d-]|\.(?!\.))*[a-z\d]$/u;
/** IP addresses, and names that S3 reserves for itself or for examples. */
const RESERVED =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|xn--.*|sthree-.*|amzn-s3-demo-.*|.*(?:--ol-s3|--table-s3|\.mrap))$/u;
const ACCESS_POINT =
  /^arn:aws[\w-]*:(?:s3:[\w-]*:\d{12}:accesspoint[:/][\w.-]+|s3-outposts:[\w-]+:\d{12}:outpost[:/][\w-]+[:/]accesspoint[:/][\w-]+)$/u;
