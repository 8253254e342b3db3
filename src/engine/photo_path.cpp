#include "engine/photo_path.hpp"

#include <utility>

#include <boost/json.hpp>

#include "base/digest.hpp"
#include "base/run_on.hpp"
#include "engine/failure_record.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

// Progress after the last steps, in percent.
constexpr int kStoredPercent = 93;
constexpr int kRecordedPercent = 97;

Error stopped() { return {.code = Errc::cancelled}; }

json::object timings_to_json(const StepTimes& times) {
  json::object out;
  for (const auto& [name, took] : times.steps())
    out[std::string(name) + "Ms"] = static_cast<double>(took.count() / 100) / 10.0;
  return out;
}

}  // namespace

awaitable<Result<std::string>> PhotoPath::run(Attempt& attempt) {
  const auto payload = payload_from_json(attempt.job.payload_json);
  if (!payload) co_return payload.error();

  auto photo = co_await photo_of(*payload, attempt);
  if (!photo) co_return photo.error();
  attempt.times.mark("fetch");
  attempt.report(kFetchedPercent);

  auto stored = co_await make(std::move(*photo), *payload, attempt, attempt.times);
  if (!stored) co_return stored.error();
  const std::string url = parts_.assets.url_of(stored->asset);

  if (attempt.stop.stop_requested()) co_return stopped();
  if (auto recorded = co_await record(attempt.job, *payload, url); !recorded) co_return recorded.error();
  attempt.times.mark("record");
  attempt.report(kRecordedPercent);

  json::object result;
  result["success"] = true;
  result["photoUrl"] = url;
  result["recordId"] = payload->record_id;
  const json::value facts = json::parse(stored->facts_json);
  for (const auto& [key, value] : facts.as_object()) result[key] = value;
  result["timings"] = timings_to_json(attempt.times);
  co_return json::serialize(result);
}

awaitable<Result<Bytes>> PhotoPath::photo_of(const Payload& payload, Attempt& attempt) {
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

awaitable<Result<PhotoPath::Stored>> PhotoPath::make(Bytes photo, const Payload& payload, Attempt& attempt,
                                                     StepTimes& times) {
  const std::string digest = co_await run_on(parts_.compute, [&] { return sha256_hex(photo.span()); });
  const std::string cache_key = digest + " " + parts_.work.cache_key(payload);
  if (auto before = co_await made_before(cache_key)) co_return std::move(*before);

  PhotoRun run{.stop = attempt.stop, .times = times, .report = attempt.report};
  auto made = co_await parts_.work.run(std::move(photo), payload, run);
  if (!made) co_return made.error();

  if (attempt.stop.stop_requested()) co_return stopped();
  auto stored = co_await store(std::move(*made), attempt);
  if (!stored) co_return stored.error();
  times.mark("store");
  attempt.report(kStoredPercent);
  cache_.put(cache_key,
             json::serialize(json::array{json::string(stored->asset), json::string(stored->facts_json)}));
  co_return stored;
}

awaitable<Result<PhotoPath::Stored>> PhotoPath::store(MadeFiles made, Attempt& attempt) {
  Stored stored;
  json::array files;
  for (MadeFile& file : made.files) {
    if (attempt.stop.stop_requested()) co_return stopped();
    const auto bytes = file.bytes.size();
    auto asset = co_await parts_.assets.put(std::move(file.bytes), file.extension);
    if (!asset) co_return asset.error();
    if (stored.asset.empty()) stored.asset = asset->key;
    files.push_back({{"name", file.name}, {"url", parts_.assets.url_of(asset->key)}, {"bytes", bytes}});
  }
  if (files.size() > 1) made.facts["files"] = std::move(files);
  stored.facts_json = json::serialize(made.facts);
  co_return stored;
}

awaitable<std::optional<PhotoPath::Stored>> PhotoPath::made_before(const std::string& cache_key) {
  const auto cached = cache_.find(cache_key);
  if (!cached) co_return std::nullopt;
  const json::array entry = json::parse(*cached).as_array();
  Stored stored{.asset = std::string(entry[0].as_string()), .facts_json = std::string(entry[1].as_string())};
  if (const auto asset = co_await parts_.assets.find(stored.asset);
      !asset) {  // Deleted meanwhile: make it again.
    cache_.forget(cache_key);
    co_return std::nullopt;
  }
  co_return stored;
}

awaitable<Result<void>> PhotoPath::record(const jobs::Job& job, const Payload& payload,
                                          const std::string& url) {
  delivery::RecordUpdate update = record_of(job, payload, parts_.clock.now());
  update.photo_url = url;
  update.processed = true;
  update.processing_status = "completed";
  update.error = "";
  co_return co_await parts_.records.update(std::move(update));
}

awaitable<void> PhotoPath::gave_up(const jobs::Job& job, const std::string& reason) {
  co_await record_failure(parts_.records, job, reason, parts_.clock.now());
}

}  // namespace cutroom::engine
