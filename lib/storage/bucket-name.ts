/**
 * Whether S3 takes it where a bucket is named: a bucket, or an access point by its ARN or alias.
 * https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
 */
export function isBucketName(text: string): boolean {
  return (BUCKET.test(text) && !RESERVED.test(text)) || ACCESS_POINT.test(text);
}

/** Labels between dots, so that dots neither begin nor end it, nor follow each other. */
const BUCKET = /^(?=.{3,63}$)[a-z\d](?:[a-z\d-]|\.(?!\.))*[a-z\d]$/u;
/** An IP address, and what S3 keeps for itself or for examples. */
const RESERVED =
  /^(?:\d{1,3}(?:\.\d{1,3}){3}|xn--.*|sthree-.*|amzn-s3-demo-.*|.*(?:--ol-s3|--table-s3|\.mrap))$/u;
const ACCESS_POINT =
  /^arn:aws[\w-]*:(?:s3:[\w-]*:\d{12}:accesspoint[:/][\w.-]+|s3-outposts:[\w-]+:\d{12}:outpost[:/][\w-]+[:/]accesspoint[:/][\w-]+)$/u;
