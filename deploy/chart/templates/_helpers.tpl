{{/* The name of every object: the release's, with the chart's unless it holds it already. */}}
{{- define "copydesk.fullname" -}}
{{- if contains .Chart.Name .Release.Name -}}
{{ .Release.Name | trunc 52 | trimSuffix "-" }}
{{- else -}}
{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 52 | trimSuffix "-" }}
{{- end -}}
{{- end -}}

{{- define "copydesk.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "copydesk.labels" -}}
{{ include "copydesk.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version }}
{{- end -}}

{{- define "copydesk.metadata" -}}
name: {{ include "copydesk.fullname" . }}
namespace: {{ .Release.Namespace }}
labels:
  {{- include "copydesk.labels" . | nindent 2 }}
{{- end -}}

{{- define "copydesk.image" -}}
{{- if .Values.image.digest -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- else -}}
{{ .Values.image.repository }}:{{ .Values.image.tag | default .Chart.AppVersion }}
{{- end -}}
{{- end -}}

{{/* What the Service's port speaks, for gateways that read it. */}}
{{- define "copydesk.appProtocol" -}}
{{- if .Values.mesh.enabled }}grpc{{ else if .Values.tls.enabled }}https{{ else }}kubernetes.io/h2c{{ end -}}
{{- end -}}
