#include "engine/photo_path.hpp"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include "engine/cut_out_order.hpp"
#include "engine/cut_out_work.hpp"
#include "fakes.hpp"
#include "run_coroutine.hpp"

namespace cutroom::engine {
namespace {

namespace json = boost::json;
using boost::asio::awaitable;

class PhotoPathTest : public testing::Test {
 protected:
  // Runs one attempt at a job with this payload.
  Result<std::string> attempt(const Payload& payload) {
    jobs::Job job{.id = "7", .queue = std::string(jobs::kBackgroundRemoval), .vendor = "v"};
    job.payload_json = to_json(payload);
    Result<std::string> result = Error{};
    test::run_coroutine(io, [&]() -> awaitable<void> {
      StepTimes times;
      Attempt attempt{.job = job,
                      .stop = stop.get_token(),
                      .report = [this](int percent) { progress.push_back(percent); },
                      .times = times};
      result = co_await path.run(attempt);
    });
    return result;
  }
  static Payload photo(std::string url) {
    return {.record_id = "r1", .project_id = "p1", .photo_url = std::move(url), .vendor = "v"};
  }

  boost::asio::io_context io;
  boost::asio::thread_pool compute{2};
  boost::asio::thread_pool model_turn{1};
  SystemClock clock;
  test::FakePhotos photos;
  test::FakeAssets assets;
  test::FakeRecords records;
  test::FakeCodec codec;
  test::FakeSegmenter segmenter;
  CutOutPipeline pipeline{
      {.codec = codec, .segmenter = segmenter, .compute = compute, .model_turn = model_turn}};
  CutOutWork work{pipeline, photos, assets};
  PhotoPath path{{.photos = photos,
                  .assets = assets,
                  .records = records,
                  .work = work,
                  .compute = compute,
                  .clock = clock}};
  std::stop_source stop;
  std::vector<int> progress;
};

TEST_F(PhotoPathTest, turns_a_photo_into_an_asset_and_a_record) {
  photos.photos["http://x/a"] = "30 20 a";
  const auto result = attempt(photo("http://x/a"));
  ASSERT_TRUE(result) << result.error().text();
  const json::value said = json::parse(*result);
  EXPECT_EQ(said.at("success"), true);
  EXPECT_EQ(said.at("recordId"), "r1");
  EXPECT_EQ(said.at("width").to_number<int>(), 30);
  EXPECT_EQ(said.at("height").to_number<int>(), 20);
  EXPECT_EQ(said.at("model"), "fake");
  EXPECT_EQ(said.at("foregroundBox").at("width").to_number<int>(), 30);
  ASSERT_EQ(assets.files.size(), 1U);
  EXPECT_EQ(said.at("photoUrl").as_string(), assets.url_of(assets.files.begin()->first));

  ASSERT_EQ(records.updates.size(), 1U);
  EXPECT_EQ(records.updates[0].record_id, "r1");
  EXPECT_EQ(records.updates[0].photo_url, assets.url_of(assets.files.begin()->first));
  EXPECT_EQ(records.updates[0].processed, true);
  EXPECT_EQ(records.updates[0].processing_status, "completed");
  EXPECT_EQ(records.updates[0].job_id, "7");
}

TEST_F(PhotoPathTest, reports_progress_at_each_step_and_never_backwards) {
  photos.photos["http://x/a"] = "30 20 a";
  ASSERT_TRUE(attempt(photo("http://x/a")));
  EXPECT_EQ(progress.size(), 6U);
  EXPECT_TRUE(std::is_sorted(progress.begin(), progress.end()));
}

TEST_F(PhotoPathTest, measures_each_step) {
  photos.photos["http://x/a"] = "30 20 a";
  const json::value said = json::parse(*attempt(photo("http://x/a")));
  for (const char* step :
       {"fetch", "decode", "prepare", "modelWait", "infer", "mask", "compose", "encode", "store", "record"})
    EXPECT_TRUE(said.at("timings").as_object().contains(std::string(step) + "Ms")) << step;
}

TEST_F(PhotoPathTest, runs_the_model_once_for_the_same_photo_with_the_same_options) {
  photos.photos["http://x/a"] = "30 20 a";
  photos.photos["http://x/same"] = "30 20 a";
  photos.photos["http://x/other"] = "30 20 b";
  const auto first = attempt(photo("http://x/a"));
  const auto second = attempt(photo("http://x/same"));
  EXPECT_EQ(segmenter.runs, 1);
  EXPECT_EQ(json::parse(*first).at("photoUrl"), json::parse(*second).at("photoUrl"));
  EXPECT_EQ(json::parse(*second).at("width").to_number<int>(), 30);
  EXPECT_EQ(records.updates.size(), 2U);

  ASSERT_TRUE(attempt(photo("http://x/other")));
  EXPECT_EQ(segmenter.runs, 2);
  Payload as_webp = photo("http://x/a");
  as_webp.work = cut_out_order_of({.format = imaging::Format::webp});
  ASSERT_TRUE(attempt(as_webp));
  EXPECT_EQ(segmenter.runs, 3);
}

TEST_F(PhotoPathTest, makes_a_cut_out_anew_whose_asset_was_deleted) {
  photos.photos["http://x/a"] = "30 20 a";
  ASSERT_TRUE(attempt(photo("http://x/a")));
  assets.files.clear();
  ASSERT_TRUE(attempt(photo("http://x/a")));
  EXPECT_EQ(segmenter.runs, 2);
  EXPECT_EQ(assets.files.size(), 1U);
}

TEST_F(PhotoPathTest, reads_an_uploaded_photo_from_the_assets) {
  assets.files["up.bin"] = "8 9 u";
  Payload upload = photo("http://here/assets/up.bin");
  upload.photo_key = "up.bin";
  ASSERT_TRUE(attempt(upload));
  EXPECT_EQ(photos.fetches, 0);

  assets.files.clear();
  const auto gone = attempt(upload);
  ASSERT_FALSE(gone);
  EXPECT_FALSE(gone.error().retryable());
}

TEST_F(PhotoPathTest, passes_on_why_a_photo_could_not_be_had_or_read) {
  EXPECT_EQ(attempt(photo("http://x/none")).error().code, Errc::upstream_missing);
  photos.photos["http://x/bad"] = "no picture";
  EXPECT_EQ(attempt(photo("http://x/bad")).error().code, Errc::corrupt_media);
  EXPECT_TRUE(records.updates.empty());
}

TEST_F(PhotoPathTest, fails_when_the_record_cannot_be_written) {
  photos.photos["http://x/a"] = "30 20 a";
  records.failure = Error{.code = Errc::storage_failed};
  EXPECT_EQ(attempt(photo("http://x/a")).error().code, Errc::storage_failed);
}

TEST_F(PhotoPathTest, ends_soon_after_a_stop_request) {
  photos.photos["http://x/a"] = "30 20 a";
  segmenter.before_infer = [&] { stop.request_stop(); };
  const auto result = attempt(photo("http://x/a"));
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().code, Errc::cancelled);
  EXPECT_TRUE(assets.files.empty());
  EXPECT_TRUE(records.updates.empty());
}

TEST_F(PhotoPathTest, tells_the_record_why_the_job_failed) {
  jobs::Job job{.id = "9", .vendor = "v"};
  job.payload_json = to_json(photo("http://x/a"));
  test::run_coroutine(io, [&]() -> awaitable<void> { co_await path.gave_up(job, "no such photo"); });
  ASSERT_EQ(records.updates.size(), 1U);
  EXPECT_EQ(records.updates[0].processing_status, "failed");
  EXPECT_EQ(records.updates[0].processed, false);
  EXPECT_EQ(records.updates[0].error, "no such photo");
  EXPECT_FALSE(records.updates[0].photo_url.has_value());
}

}  // namespace
}  // namespace cutroom::engine
