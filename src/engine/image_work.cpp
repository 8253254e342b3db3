#include "engine/image_work.hpp"

#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/json.hpp>

#include "base/run_on.hpp"
#include "engine/image_order.hpp"
#include "engine/order_urls.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

// Of all files beside the photo: they are only on it.
constexpr std::size_t kOverlaysMax = 8;

json::object facts_of(const imaging::EditedFile& file) {
  json::object facts{{"width", file.size.width},
                     {"height", file.size.height},
                     {"format", imaging::to_string(file.format)},
                     {"bytes", file.bytes.size()}};
  if (file.quality > 0) facts["quality"] = file.quality;
  return facts;
}

MadeFile file_of(imaging::EditedFile file, std::string name) {
  return {.name = std::move(name),
          .extension = std::string(imaging::file_extension(file.format)),
          .bytes = std::move(file.bytes)};
}

MadeFiles made_of(imaging::Edited edited) {
  MadeFiles made;
  made.facts = facts_of(edited.main);
  made.facts["source"] = {
      {"width", edited.source.width}, {"height", edited.source.height}, {"format", edited.source_format}};
  json::array thumbnails;
  for (const imaging::EditedFile& file : edited.thumbnails) {
    json::object facts = facts_of(file);
    facts["name"] = file.name;
    thumbnails.push_back(std::move(facts));
  }
  if (!thumbnails.empty()) made.facts["thumbnails"] = std::move(thumbnails);
  made.files.push_back(file_of(std::move(edited.main), "main"));
  for (imaging::EditedFile& file : edited.thumbnails) {
    std::string name = file.name;
    made.files.push_back(file_of(std::move(file), std::move(name)));
  }
  return made;
}

}  // namespace

std::string ImageWork::cache_key(const Payload& payload) const {
  json::object work = payload.work;
  for (const OrderUrl& url : further_urls(work)) {
    // What lies at an address today may be another image tomorrow.
    if (!held_image(work, *url.value)) return "not again " + std::to_string(++never_again_);
  }
  return "image " + json::serialize(work);
}

awaitable<Result<MadeFiles>> ImageWork::run(Bytes photo, const Payload& payload, PhotoRun& run) {
  const auto operations = image_order_from(payload.work);
  if (!operations) co_return operations.error();
  auto overlays = co_await overlays_of(payload, *operations, run.stop);
  if (!overlays) co_return overlays.error();
  if (!overlays->empty()) run.times.mark("watermark");

  // The steps tell from the pool; the worker hears it on its own thread, and before run_on() resumes there.
  const auto home = co_await boost::asio::this_coro::executor;
  const std::function<void(int, int)> report = [&run, home](int done, int of) {
    boost::asio::post(home, [&run, done, of] {
      run.report(kFetchedPercent + (kMadePercent - kFetchedPercent) * done / of);
    });
  };
  // Runs on the pool while this coroutine waits, so it may use what lies in its frame.
  auto edited = co_await run_on(parts_.compute, [&] {
    return parts_.editor.edit(photo.span(), *overlays, *operations, parts_.limits, run.stop, report);
  });
  if (!edited) co_return edited.error();
  run.times.mark("edit");
  co_return made_of(std::move(*edited));
}

awaitable<Result<imaging::Overlays>> ImageWork::overlays_of(const Payload& payload,
                                                            const imaging::ImageOperations& operations,
                                                            std::stop_token stop) {
  imaging::Overlays overlays;
  for (const imaging::ImageStep& step : operations.steps) {
    const auto* mark = std::get_if<imaging::Watermark>(&step.what);
    if (!mark || mark->image_url.empty() || overlays.contains(mark->image_url)) continue;
    std::string field = "operations[" + std::to_string(step.position) + "].imageUrl";
    if (overlays.size() >= kOverlaysMax)
      co_return Error{
          .code = Errc::invalid_input,
          .message = field + ": at most " + std::to_string(kOverlaysMax) + " different images are possible"};
    auto bytes = co_await images_.get(payload, mark->image_url, std::move(field), stop);
    if (!bytes) co_return bytes.error();
    overlays.emplace(mark->image_url, std::move(*bytes));
  }
  co_return overlays;
}

}  // namespace cutroom::engine
