"""dlt on its fast path: Arrow tables, which it stores without looking at single records.

Arrow has no place for lists of lists in PostgreSQL, so an order is a row of the columns that are
queried and its whole JSON as text: less than what the others store.
"""

import json
import os
import sys

import dlt
import pyarrow as pa
from dlt.sources.helpers.rest_client import RESTClient
from dlt.sources.helpers.rest_client.paginators import PageNumberPaginator

asked = json.loads(os.environ["BENCH_SOURCE"])
PLAIN = ("guid", "modifiedDate", "openedDate", "closedDate", "paidDate", "businessDate", "voided")
_FORM = pa.schema(
    [(name, pa.string()) for name in PLAIN[:5]]
    + [("businessDate", pa.int64()), ("voided", pa.bool_()), ("body", pa.string())]
)


@dlt.resource(name="orders", primary_key="guid", write_disposition="merge")
def orders():
    client = RESTClient(asked["url"], headers=asked["headers"])
    for window in asked["windows"]:
        pages = client.paginate(
            "orders/v2/ordersBulk",
            params={
                "startDate": window["start"],
                "endDate": window["end"],
                "pageSize": asked["page_size"],
            },
            paginator=PageNumberPaginator(
                base_page=1, page_param="page", total_path=None, stop_after_empty_page=True
            ),
            data_selector="$",
        )
        for page in pages:
            if page:
                columns = {name: [order.get(name) for order in page] for name in PLAIN}
                columns["body"] = [json.dumps(order) for order in page]
                yield pa.table(columns, schema=_FORM)


pipeline = dlt.pipeline(
    "bench_arrow",
    pipelines_dir=asked["folder"],
    destination=dlt.destinations.postgres(asked["dsn"]),
    dataset_name=asked["schema"],
)
pipeline.run(orders(), loader_file_format=asked.get("format", "csv"))
sys.stdout.write("done\n")
