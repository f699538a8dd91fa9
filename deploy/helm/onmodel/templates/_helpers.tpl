{{- define "onmodel.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}
{{- else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end }}
{{- end }}

{{/* Labels of everything; takes (dict "root" $ "part" "api"). */}}
{{- define "onmodel.labels" -}}
{{ include "onmodel.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version }}
{{- end }}

{{- define "onmodel.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- with .group }}
onmodel/workers: {{ . }}
{{- end }}
{{- end }}

{{- define "onmodel.podSecurity" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{/* One container of the image: takes (dict "root" $ "command" (list …) "env" (list …)). */}}
{{- define "onmodel.container" -}}
image: {{ printf "%s:%s" .root.Values.image.repository (.root.Values.image.tag | default .root.Chart.AppVersion) | quote }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
args: {{ toJson .command }}
env:
  - { name: ONMODEL_SECRETS_DIR, value: /run/secrets/onmodel }
  - { name: ONMODEL_STORAGE_URL, value: {{ .root.Values.storage.url | quote }} }
  - { name: ONMODEL_PUBLIC_URL, value: {{ .root.Values.publicUrl | quote }} }
  - { name: ONMODEL_LOG_LEVEL, value: {{ .root.Values.logLevel | quote }} }
  {{- range .env }}
  - { name: {{ .name }}, value: {{ .value | quote }} }
  {{- end }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: { drop: [ALL] }
volumeMounts:
  - { name: home, mountPath: /data }
  - { name: run, mountPath: /data/run }
  - { name: tmp, mountPath: /tmp }
  - { name: secrets, mountPath: /run/secrets/onmodel, readOnly: true }
{{- end }}

{{/* What lasts only while a pod runs is the pod's own; the rest is everybody's. */}}
{{- define "onmodel.volumes" -}}
- name: home
  persistentVolumeClaim:
    claimName: {{ .Values.home.existingClaim | default (include "onmodel.name" .) }}
- { name: run, emptyDir: {} }
- { name: tmp, emptyDir: {} }
- name: secrets
  secret:
    secretName: {{ .Values.secret.name }}
    defaultMode: 0440
{{- end }}

{{/* How long a silent part is left alone: takes the part's name. */}}
{{- define "onmodel.aliveProbes" -}}
startupProbe:
  exec: { command: [onmodel, alive, {{ . }}] }
  periodSeconds: 5
  timeoutSeconds: 10
  failureThreshold: 36
livenessProbe:
  exec: { command: [onmodel, alive, {{ . }}] }
  periodSeconds: 30
  timeoutSeconds: 15
  failureThreshold: 2
{{- end }}

{{/*
What other groups of workers come for, as tier/task: a call brings a machine of one group alone.
*/}}
{{- define "onmodel.elsewhere" -}}
{{- $own := index .root.Values.workers .group }}
{{- $found := list }}
{{- range $name, $other := .root.Values.workers }}
{{- if ne $name $.group }}
{{- range $tier := $other.tiers }}
{{- if has $tier $own.tiers }}
{{- if and (not $own.tasks) (not $other.tasks) }}
{{- fail (printf "The workers %s and %s would both come for every call of tier %s. Name the tasks of one of them, or give them different tiers." $.group $name $tier) }}
{{- end }}
{{- range $task := $other.tasks }}
{{- if has $task ($own.tasks | default list) }}
{{- fail (printf "The workers %s and %s would both come for %s in tier %s. Name it at one of them." $.group $name $task $tier) }}
{{- end }}
{{- if not $own.tasks }}{{ $found = append $found (printf "%s/%s" $tier $task) }}{{ end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- toJson $found }}
{{- end }}
