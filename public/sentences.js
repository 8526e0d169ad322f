/** All sentences of the page. `…` is code, and *…* is something that another page shows. */
const en = {
  subtitle: "Images posted in Slack come back as ready-to-paste HTML, served from your own bucket.",
  address: "The address:",
  version: "Version",
  documents: "Documents",
  documentsElsewhere: "The documents are in the repository: `README.md` and the folder `docs`.",
  checkAgain: "Check again",

  checking: "Checking…",
  checkingWhy: "This page asks `/api/health` which variables are set.",
  running: "Running",
  runningWhy: "Every required variable is set and well formed.",
  runningAdvice:
    "Type `/invite @Upload to S3` in a channel and post an image. If Slack does not deliver it, press *Retry* beside the Request URL (step 5).",
  unset: "Not set up yet",
  unsetWhy: /** @param {number} count */ (count) =>
    count === 1
      ? "One variable is missing or malformed:"
      : `${count} variables are missing or malformed:`,
  unsetAdvice:
    "The function log says what was expected of each: look for `request.rejected`. The values themselves are never shown.",
  problem: "Running, with a problem",
  problemWhy: "The last sweep found this:",
  problemAdvice: "`docs/troubleshooting` among the documents says what to do.",
  silent: "No answer",
  silentWhy: "`/api/health` did not answer as expected.",
  silentAdvice:
    "Look at the deployment in Vercel: its build may have failed. If Deployment Protection is on, use the production address.",

  store_unsafe: "The store does not refuse a second conditional put, so images may appear twice.",
  state_public: "Anybody can read the private records under `PUBLIC_BASE_URL`.",

  steps: "Set it up",
  done: "Done",
  toDo: "To do",
  bad: "Missing or malformed",
  good: "Set",
  optional: "Optional",
  either: "Role or key",
  unseen: "Not checked here",

  bucket: "Prepare the bucket",
  bucketHow:
    "Create a bucket that is closed to the public, and put a CDN in front of it that serves `images/` only. `docs/security` among the documents shows the policies.",
  credentials: "Then give the app access to it, by a role (no key to keep) or by a key:",
  slack: "Create the Slack app",
  createHow:
    "Slack opens with everything filled in: scopes, events, and the address of this deployment. Do this at the production address, because Slack will call the app there.",
  createByHand:
    "Copy the manifest, which has the address of this deployment in it. In Slack, choose *From a manifest* and paste it.",
  createWithout:
    "`manifest.json` could not be loaded. In Slack, choose *From a manifest*, paste the file from the repository, and put this address in place of `https://YOUR-PROJECT.vercel.app`.",
  create: "Create the Slack app",
  copyManifest: "Copy the manifest",
  showManifest: "The manifest for this deployment",
  unreachable:
    "Slack calls public https addresses only. Open this page at the address of the deployment first.",
  install:
    "Install the app to your workspace, and leave token rotation off. Then its settings show two values:",
  sweep: "Make a secret for the sweep",
  sweepHow:
    "The sweep finishes what a crash or an outage left open. Its secret can be any random text:",
  redeploy: "Set the variables and redeploy",
  redeployHow:
    "In Vercel, set the variables under *Settings → Environment Variables*, and then press *Redeploy* under *Deployments*: a variable counts from the next deployment on.",
  others: "Something is wrong with these optional variables:",
  verify: "Let Slack verify the address",
  verifyHow:
    "In the settings of the Slack app, open *Event Subscriptions*. If the Request URL is not marked *Verified*, press *Retry* beside the Request URL.",
  try: "Post an image",
  tryHow: "Invite the app to a channel and post an image there. The tag appears in the thread.",

  copy: "Copy",
  copied: "Copied",
  copyYourself: "Selected: copy it",
  copyLabel: /** @param {string} text */ (text) => `Copy ${text}`,

  variables: {
    S3_BUCKET: "The name of the bucket",
    PUBLIC_BASE_URL: "The address of the CDN, as `https://d111.cloudfront.net`",
    S3_REGION: "The bucket's region, if it is not `us-east-1`",
    S3_ENDPOINT: "The address of another store than AWS: R2, MinIO, Ceph",
    CLOUDFRONT_DISTRIBUTION_ID:
      "The id of the CloudFront distribution, so that it forgets deleted images",
    AWS_ROLE_ARN: "The role that this Vercel project may assume",
    AWS_ACCESS_KEY_ID: "The key",
    AWS_SECRET_ACCESS_KEY: "The secret of that key",
    SLACK_SIGNING_SECRET: "*Basic Information → App Credentials*",
    SLACK_BOT_TOKEN: "*OAuth & Permissions*, begins with `xoxb-`",
    CRON_SECRET: "The output of this command",
  },
};

/** @type {typeof en} */
const ko = {
  subtitle:
    "Slack에 올린 이미지가 바로 붙여 넣을 수 있는 HTML이 되고, 파일은 직접 관리하는 버킷에서 제공됩니다.",
  address: "주소:",
  version: "버전",
  documents: "문서",
  documentsElsewhere: "문서는 저장소의 `README.ko.md`와 `docs/ko` 폴더에 있습니다.",
  checkAgain: "다시 확인",

  checking: "확인 중…",
  checkingWhy: "`/api/health`에서 환경 변수 설정을 확인하고 있습니다.",
  running: "정상 작동 중",
  runningWhy: "필수 환경 변수가 모두 올바르게 설정되었습니다.",
  runningAdvice:
    "채널에서 `/invite @Upload to S3`를 입력한 뒤 이미지를 올려 보세요. 반응이 없으면 Request URL 옆의 *Retry*를 눌러 주세요(5단계).",
  unset: "설정이 더 필요합니다",
  unsetWhy: (count) => `환경 변수 ${count}개가 없거나 형식이 올바르지 않습니다.`,
  unsetAdvice:
    "함수 로그의 `request.rejected`에서 각 변수에 필요한 형식을 확인할 수 있습니다. 값은 어디에도 표시되지 않습니다.",
  problem: "작동 중이지만 문제가 있습니다",
  problemWhy: "마지막 점검에서 다음 문제가 발견되었습니다.",
  problemAdvice: "해결 방법은 문서 `docs/ko/troubleshooting`에 있습니다.",
  silent: "응답이 없습니다",
  silentWhy: "`/api/health`에서 올바른 응답을 받지 못했습니다.",
  silentAdvice:
    "Vercel에서 배포가 실패하지 않았는지 확인해 주세요. Deployment Protection을 사용 중이라면 프로덕션 주소로 접속해 주세요.",

  store_unsafe: "저장소가 조건부 쓰기를 지키지 않아 이미지가 중복될 수 있습니다.",
  state_public: "`PUBLIC_BASE_URL`을 통해 비공개 기록을 누구나 볼 수 있습니다.",

  steps: "설정 방법",
  done: "완료",
  toDo: "미완료",
  bad: "없거나 형식 오류",
  good: "설정됨",
  optional: "선택",
  either: "역할 또는 키",
  unseen: "확인하지 않음",

  bucket: "버킷 준비",
  bucketHow:
    "외부에 공개되지 않은 버킷을 만들고, 그 앞에 `images/`만 제공하는 CDN을 연결해 주세요. 필요한 정책은 문서 `docs/security`에 있습니다.",
  credentials:
    "앱이 버킷에 접근할 수 있도록 역할(키 보관 불필요)이나 액세스 키 중 하나를 설정해 주세요.",
  slack: "Slack 앱 만들기",
  createHow:
    "권한, 이벤트, 현재 배포 주소가 모두 입력된 상태로 Slack이 열립니다. Slack이 이 주소로 앱을 호출하므로 반드시 프로덕션 주소에서 진행해 주세요.",
  createByHand:
    "현재 배포 주소가 들어 있는 매니페스트를 복사한 뒤, Slack에서 *From a manifest*를 선택하고 붙여 넣어 주세요.",
  createWithout:
    "`manifest.json`을 불러오지 못했습니다. Slack에서 *From a manifest*를 선택하고 저장소의 파일을 붙여 넣은 뒤, `https://YOUR-PROJECT.vercel.app`을 현재 주소로 바꿔 주세요.",
  create: "Slack 앱 만들기",
  copyManifest: "매니페스트 복사",
  showManifest: "현재 배포용 매니페스트",
  unreachable:
    "Slack은 공개된 https 주소만 호출할 수 있습니다. 먼저 배포된 주소에서 이 페이지를 열어 주세요.",
  install:
    "워크스페이스에 앱을 설치하고 토큰 순환(token rotation)은 꺼 두세요. 그런 다음 앱 설정에서 다음 두 값을 확인할 수 있습니다.",
  sweep: "정기 점검용 시크릿 만들기",
  sweepHow: "정기 점검은 장애로 중단된 작업을 마무리합니다. 시크릿은 임의의 문자열이면 됩니다.",
  redeploy: "환경 변수 설정 후 다시 배포",
  redeployHow:
    "Vercel의 *Settings → Environment Variables*에서 변수를 설정한 뒤 *Deployments*에서 *Redeploy*를 눌러 주세요. 변수는 다음 배포부터 적용됩니다.",
  others: "선택 변수 중 다음 항목에 문제가 있습니다.",
  verify: "Slack에서 주소 확인",
  verifyHow:
    "Slack 앱 설정에서 *Event Subscriptions*를 여세요. Request URL에 *Verified* 표시가 없으면 Request URL 옆의 *Retry*를 눌러 주세요.",
  try: "이미지 올려 보기",
  tryHow: "채널에 앱을 초대하고 이미지를 올려 주세요. 스레드에 태그가 표시됩니다.",

  copy: "복사",
  copied: "복사됨",
  copyYourself: "선택됨: 직접 복사해 주세요",
  copyLabel: (text) => `${text} 복사`,

  variables: {
    S3_BUCKET: "버킷 이름",
    PUBLIC_BASE_URL: "CDN 주소(예: `https://d111.cloudfront.net`)",
    S3_REGION: "`us-east-1`이 아닌 경우 버킷의 리전",
    S3_ENDPOINT: "AWS가 아닌 저장소(R2, MinIO, Ceph)의 주소",
    CLOUDFRONT_DISTRIBUTION_ID: "삭제한 이미지를 CDN에서도 지우려면 CloudFront 배포 ID",
    AWS_ROLE_ARN: "현재 Vercel 프로젝트가 사용할 역할",
    AWS_ACCESS_KEY_ID: "액세스 키",
    AWS_SECRET_ACCESS_KEY: "액세스 키의 시크릿",
    SLACK_SIGNING_SECRET: "*Basic Information → App Credentials*",
    SLACK_BOT_TOKEN: "*OAuth & Permissions*, `xoxb-`로 시작하는 값",
    CRON_SECRET: "위 명령의 출력",
  },
};

export const SENTENCES = { en, ko };
