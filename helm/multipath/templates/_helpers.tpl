{{/* The name that every object's begins with: the release's, with the chart's unless it is in there already. */}}
{{- define "multipath.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- if contains $name .Release.Name -}}
{{- .Release.Name | trunc 50 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name $name | trunc 50 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{/* What selects the pods of a component; never changes in a release's life. Takes a dict of root and component. */}}
{{- define "multipath.selector" -}}
app.kubernetes.io/name: {{ default .root.Chart.Name .root.Values.nameOverride | trunc 63 | trimSuffix "-" }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/* The recommended labels. Takes a dict of root and component. */}}
{{- define "multipath.labels" -}}
{{ include "multipath.selector" . }}
app.kubernetes.io/part-of: multipath
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | quote }}
{{- with .root.Values.commonLabels }}
{{ toYaml . }}
{{- end }}
{{- end -}}

{{/* An image by its repository. Takes a dict of root and image. */}}
{{- define "multipath.image" -}}
{{- $tag := default .root.Chart.AppVersion .root.Values.images.tag -}}
{{- if .root.Values.images.registry -}}
{{- printf "%s/%s:%s" .root.Values.images.registry .image $tag -}}
{{- else -}}
{{- printf "%s:%s" .image $tag -}}
{{- end -}}
{{- end -}}

{{- define "multipath.pullSecrets" -}}
{{- with .Values.images.pullSecrets -}}
imagePullSecrets:
{{- range . }}
- name: {{ . }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Of the scheme of every address of a silo. */}}
{{- define "multipath.scheme" -}}
{{- if .Values.tls.existingSecret }}https{{ else }}http{{ end -}}
{{- end -}}

{{/* Where agents and mpctl find the silos of this release. */}}
{{- define "multipath.grpcAddress" -}}
{{- printf "%s://%s-silo.%s.svc:5301" (include "multipath.scheme" .) (include "multipath.fullname" .) .Release.Namespace -}}
{{- end -}}

{{/* Where the collector is asked: its endpoint's port, or that of the endpoint's scheme, unless another one is given. */}}
{{- define "multipath.otlpPort" -}}
{{- $endpoint := .Values.telemetry.otlpEndpoint -}}
{{- $named := regexReplaceAll "^https?://([[][^]]*[]]|[^:/]*):?([0-9]*).*$" $endpoint "${2}" -}}
{{- if .Values.telemetry.otlpPort -}}
{{- .Values.telemetry.otlpPort -}}
{{- else -}}
{{- if contains "https:" $endpoint -}}
{{- default "443" $named -}}
{{- else -}}
{{- default "80" $named -}}
{{- end -}}
{{- end -}}
{{- end -}}

{{- define "multipath.databaseSecret" -}}
{{- required "database.existingSecret: name the Secret that holds PostgreSQL's connection string" .Values.database.existingSecret -}}
{{- end -}}

{{/* Of a container that needs no right at all. */}}
{{- define "multipath.noRights" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
runAsNonRoot: true
runAsUser: 1654
runAsGroup: 1654
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end -}}

{{/* The variables that every one of our programs reads. Takes a dict of root and name. */}}
{{- define "multipath.telemetryEnv" -}}
{{- with .root.Values.telemetry.otlpEndpoint -}}
- name: OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: OTEL_RESOURCE_ATTRIBUTES
  value: {{ printf "k8s.namespace.name=%s,k8s.container.name=%s" $.root.Release.Namespace $.name | quote }}
{{- end }}
{{- end -}}
