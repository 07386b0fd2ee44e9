"""Counters for Prometheus."""

from __future__ import annotations

from happysad.pipeline.prediction.prediction import FacePrediction, ImagePrediction
from happysad.service.http.metrics import Metrics
from happysad.service.workers.batch_scheduler import BatchTiming
from happysad.service.workers.models import ServedModels


def test_all_is_counted(model_file):
    models = ServedModels([str(model_file)])
    metrics = Metrics(models, lambda: 7)
    faces = tuple(FacePrediction(label, 0.3, (0, 0, 9, 9), 0.9) for label in ("sad", "unsure"))
    metrics.predictions(
        "small", [ImagePrediction("a", "ok", faces=faces), ImagePrediction("b", "no_face")]
    )
    metrics.batch(BatchTiming([0.25, 0.75], 0.5))
    metrics.request("/v1/predict", 200)
    text = metrics.text().decode()
    for line in (
        'happysad_images_total{model="small",status="no_face"} 1.0',
        'happysad_faces_total{label="sad",model="small"} 1.0',
        'happysad_faces_total{label="unsure",model="small"} 1.0',
        'happysad_answer_seconds_sum{stage="wait"} 1.0',
        'happysad_answer_seconds_sum{stage="work"} 0.5',
        'happysad_answer_seconds_count{stage="work"} 2.0',
        "happysad_queue_images 7.0",
        'happysad_requests_total{path="/v1/predict",status="200"} 1.0',
        f'happysad_model_info{{model="small",sha256="{models.get().card["sha256"]}"}} 1.0',
        "process_resident_memory_bytes",
    ):
        assert line in text


def test_each_service_counts_for_itself(model_file):
    models = ServedModels([str(model_file)])
    one, other = Metrics(models, lambda: 0), Metrics(models, lambda: 0)
    one.request("/", 200)
    assert 'status="200"' in one.text().decode()
    assert 'status="200"' not in other.text().decode()
