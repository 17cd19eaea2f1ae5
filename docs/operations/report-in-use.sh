#!/usr/bin/env bash
# Tells Portal which images a cluster runs, so that retention keeps them.
# Needs kubectl (with the right to list pods), jq and curl, and in the environment:
#   PORTAL_URL       https://registry.example.com
#   PORTAL_ROBOT     the name of a robot of the system with the right cluster:update
#   PORTAL_SECRET    its secret
#   CLUSTER          the name of this cluster, such as prod-eu
#   FRESH_HOURS      after so many hours the report counts as old (default 24)
#   IMAGE_HOSTS      further names that nodes reach the registry by, parted by spaces
set -euo pipefail
: "${PORTAL_URL:?}" "${PORTAL_ROBOT:?}" "${PORTAL_SECRET:?}" "${CLUSTER:?}"

# imageID holds what was pulled, by digest; image is what the pod asked for, and counts while nothing has been pulled yet
kubectl get pods --all-namespaces --field-selector=status.phase!=Succeeded,status.phase!=Failed -o json |
  jq --argjson hours "${FRESH_HOURS:-24}" --arg hosts "${IMAGE_HOSTS:-}" '
    {
      images: ([.items[]
        | ((.status.containerStatuses // []) + (.status.initContainerStatuses // []) + (.status.ephemeralContainerStatuses // []))[] | (.imageID, .image)
        | select(. != null and . != "" and (startswith("sha256:") | not)) | sub("^[a-z-]+://"; "")] | unique),
      hosts: ($hosts | split(" ") | map(select(. != ""))),
      fresh_hours: $hours
    }' |
  curl --fail-with-body --silent --show-error --max-time 60 --user "$PORTAL_ROBOT:$PORTAL_SECRET" \
    --header 'Content-Type: application/json' --request PUT --data-binary @- "$PORTAL_URL/api/portal/clusters/$CLUSTER/in-use"
