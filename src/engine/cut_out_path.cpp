#include "engine/cut_out_path.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/digest.hpp"
#include "base/run_on.hpp"
#include "engine/failure_record.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

// Progress after each step, in percent; the model takes most of the time.
constexpr int kFetched = 10;
constexpr int kDecoded = 20;
constexpr int kSegmented = 70;
constexpr int kComposed = 85;
constexpr int kStored = 93;
constexpr int kRecorded = 97;

Error stopped() { return {.code = Errc::cancelled}; }

std::string extension_of(imaging::Format format) {
  return format == imaging::Format::jpeg ? "jpg" : std::string(imaging::to_string(format));
}

json::object facts_to_json(const CutOutFacts& facts) {
  json::object out{{"width", facts.size.width},
                   {"height", facts.size.height},
                   {"format", imaging::to_string(facts.format)},
                   {"bytes", facts.bytes},
                   {"model", facts.model}};
  if (const auto& box = facts.foreground_box)
    out["foregroundBox"] = {{"x", box->x}, {"y", box->y}, {"width", box->width}, {"height", box->height}};
  return out;
}

int percent_after(CutOutPipeline::Step step) {
  switch (step) {
    case CutOutPipeline::Step::decoded:
      return kDecoded;
    case CutOutPipeline::Step::segmented:
      return kSegmented;
    case CutOutPipeline::Step::composed:
      return kComposed;
  }
  return 0;
}

json::object timings_to_json(const StepTimes& times) {
  json::object out;
  for (const auto& [name, took] : times.steps())
    out[std::string(name) + "Ms"] = static_cast<double>(took.count() / 100) / 10.0;
  return out;
}

}  // namespace

awaitable<Result<std::string>> CutOutPath::run(Attempt& attempt) {
  const auto payload = payload_from_json(attempt.job.payload_json);
  if (!payload) co_return payload.error();

  StepTimes times;
  auto photo = co_await photo_of(*payload, attempt);
  if (!photo) co_return photo.error();
  times.mark("fetch");
  attempt.report(kFetched);

  auto made = co_await make(std::move(*photo), *payload, attempt, times);
  if (!made) co_return made.error();
  const std::string url = parts_.assets.url_of(made->asset);

  if (attempt.stop.stop_requested()) co_return stopped();
  if (auto recorded = co_await record(attempt.job, *payload, url); !recorded) co_return recorded.error();
  times.mark("record");
  attempt.report(kRecorded);

  json::object result;
  result["success"] = true;
  result["photoUrl"] = url;
  result["recordId"] = payload->record_id;
  const json::value facts = json::parse(made->facts_json);
  for (const auto& [key, value] : facts.as_object()) result[key] = value;
  result["timings"] = timings_to_json(times);
  co_return json::serialize(result);
}

awaitable<Result<Bytes>> CutOutPath::photo_of(const CutOutPayload& payload, Attempt& attempt) {
  if (payload.photo_key.empty()) {
    auto photo = co_await parts_.photos.fetch(payload.photo_url, attempt.stop);
    if (!photo) co_return photo.error();
    co_return std::move(photo->bytes);
  }
  auto bytes = co_await parts_.assets.read(payload.photo_key);
  if (!bytes && bytes.error().code == Errc::not_found)
    co_return Error{.code = Errc::upstream_missing, .message = "The uploaded photo is gone"};
  co_return bytes;
}

awaitable<Result<CutOutPath::Made>> CutOutPath::make(Bytes photo, const CutOutPayload& payload,
                                                     Attempt& attempt, StepTimes& times) {
  const std::string digest = co_await run_on(parts_.compute, [&] { return sha256_hex(photo.span()); });
  const std::string cache_key =
      digest + " " + parts_.pipeline.model() + " " + json::serialize(options_to_json(payload.options));
  if (auto before = co_await made_before(cache_key)) co_return std::move(*before);

  auto cut = co_await parts_.pipeline.run(
      std::move(photo), payload.options, attempt.stop, times,
      [&attempt](CutOutPipeline::Step step) { attempt.report(percent_after(step)); });
  if (!cut) co_return cut.error();

  if (attempt.stop.stop_requested()) co_return stopped();
  auto asset = co_await parts_.assets.put(std::move(cut->file), extension_of(cut->facts.format));
  if (!asset) co_return asset.error();
  times.mark("store");
  attempt.report(kStored);

  Made made{.asset = std::move(asset->key), .facts_json = json::serialize(facts_to_json(cut->facts))};
  cache_.put(cache_key,
             json::serialize(json::array{json::string(made.asset), json::string(made.facts_json)}));
  co_return made;
}

awaitable<std::optional<CutOutPath::Made>> CutOutPath::made_before(const std::string& cache_key) {
  const auto cached = cache_.find(cache_key);
  if (!cached) co_return std::nullopt;
  const json::array entry = json::parse(*cached).as_array();
  Made made{.asset = std::string(entry[0].as_string()), .facts_json = std::string(entry[1].as_string())};
  if (const auto asset = co_await parts_.assets.find(made.asset);
      !asset) {  // Deleted meanwhile: make it again.
    cache_.forget(cache_key);
    co_return std::nullopt;
  }
  co_return made;
}

awaitable<Result<void>> CutOutPath::record(const jobs::Job& job, const CutOutPayload& payload,
                                           const std::string& url) {
  delivery::RecordUpdate update = record_of(job, payload, parts_.clock.now());
  update.photo_url = url;
  update.processed = true;
  update.processing_status = "completed";
  update.error = "";
  co_return co_await parts_.records.update(std::move(update));
}

awaitable<void> CutOutPath::gave_up(const jobs::Job& job, const std::string& reason) {
  co_await record_failure(parts_.records, job, reason, parts_.clock.now());
}

}  // namespace cutroom::engine
